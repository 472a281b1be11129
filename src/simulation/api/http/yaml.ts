import { type Document, parseDocument, type Tags, type YAMLError } from 'yaml';

/** A text that is no YAML. */
export class YamlProblem extends Error {
  override readonly name = 'YamlProblem';
}

/** YAML 1.1, in which `y` is true: that is what real servers read. */
const dialect = {
  version: '1.1',
  logLevel: 'error',
  prettyErrors: true,
  customTags: (tags: Tags) => tags.filter(tag => typeof tag === 'string' || !isText(tag)),
} as const;

const asText = new Set(['binary', 'omap', 'pairs', 'set', 'timestamp']);

/** Real servers take times, and minutes with seconds, as the texts that they are. */
function isText({ tag, format }: { tag: string; format?: string }): boolean {
  return format === 'TIME' || asText.has(tag.replace('tag:yaml.org,2002:', ''));
}

/** Aliases are few, so that none can blow a small text up. */
const mostAliases = { maxAliasCount: 100 };

/** The object in a YAML text, and the keys that it gives twice: the last one counts. */
export function objectFromYaml(text: string): { value: unknown; found: readonly string[] } {
  const document = parseDocument(text, dialect);
  const twice = document.errors.filter(isDuplicate);
  const fatal = document.errors.find(error => !isDuplicate(error));
  if (fatal) throw new YamlProblem(`yaml: line ${lineOf(fatal)}: ${fatal.message.split(' at line ')[0]}`);
  if (twice.length === 0) return { value: contentOf(document), found: [] };
  const lines = twice.map(
    error => `  line ${lineOf(error)}: key ${JSON.stringify(keyAt(text, error))} already set in map`,
  );
  const found = [`yaml: unmarshal errors:\n${lines.join('\n')}`];
  return { value: contentOf(parseDocument(text, { ...dialect, uniqueKeys: false })), found };
}

function contentOf(document: Pick<Document, 'toJS'>): unknown {
  try {
    return document.toJS(mostAliases);
  } catch (error) {
    throw new YamlProblem(`yaml: ${error instanceof Error ? error.message : error}`);
  }
}

function isDuplicate({ code }: YAMLError): boolean {
  return code === 'DUPLICATE_KEY';
}

function lineOf({ linePos }: YAMLError): number {
  return linePos?.[0].line ?? 1;
}

function keyAt(text: string, { pos }: YAMLError): string {
  return /^["']?([^"':\n]*)/.exec(text.slice(pos[0]))?.[1]?.trim() ?? '';
}
