import denied from './deny_list.json' with { type: 'json' };

interface DeniedArgument {
  value: RegExp;
  /** Keys whose values only name something. */
  except: readonly string[];
  why: string;
}

const names = new Map(denied.tools.flatMap(({ name, why }) => (name === undefined ? [] : [[name, why] as const])));
const nouns = new Map(denied.tools.flatMap(({ noun, why }) => (noun === undefined ? [] : [[noun, why] as const])));
const verbs = new Map(denied.tools.flatMap(({ verb, why }) => (verb === undefined ? [] : [[verb, why] as const])));
const denials: readonly DeniedArgument[] = denied.arguments.map(({ value, except = [], why }) => ({
  value: new RegExp(value, 'i'),
  except,
  why,
}));

/** Why a tool of this name is never offered, whatever a configuration says; nothing when it may be. */
export function denialOf(tool: string): string | undefined {
  const words = wordsOf(tool);
  const noun = words.find(word => nouns.has(word));
  const verb = [words[0], words.at(-1)].find(word => word !== undefined && verbs.has(word));
  return names.get(words.join('_')) ?? nouns.get(noun ?? '') ?? verbs.get(verb ?? '');
}

/** A tool may read many kinds of things. Why it must not be called with these arguments; nothing when it may. */
export function denialOfArguments(args: Record<string, unknown>): string | undefined {
  for (const [key, text] of textsIn(args, '', 0)) {
    const found = denials.find(({ value, except }) => value.test(text) && !except.includes(key));
    if (found) return `${found.why} (${key}: ${text.slice(0, 60)})`;
  }
  return undefined;
}

/** "podsExec", "pods-exec" and "pods_exec" are the same words. */
function wordsOf(name: string): string[] {
  const spaced = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2');
  return spaced
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(word => word !== '');
}

const deepest = 6;

function* textsIn(value: unknown, key: string, depth: number): Generator<[key: string, text: string]> {
  if (typeof value === 'string') yield [key, value];
  if (typeof value !== 'object' || value === null || depth > deepest) return;
  for (const [inner, each] of Object.entries(value)) {
    yield [key, inner];
    yield* textsIn(each, Array.isArray(value) ? key : inner, depth + 1);
  }
}
