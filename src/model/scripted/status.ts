import type { Evidence } from './conversation.ts';

/** One container of pods that are alike, as an answer about pod status tells it. */
export interface ContainerStatus {
  /** The evidence that says so. */
  id: string;
  container: string;
  /** Example pods of the group, by name. */
  pods: string[];
  ready: boolean;
  /** Whether the pods belong to the current revision, when that is said. */
  current: boolean | undefined;
  /** Why it waits, runs or stopped, in the answer's words. */
  state: string;
  lastExit: string;
  settings: string;
  restarts: number;
  /** Seconds since the pod was made. */
  age: number | undefined;
  /** What else is said about the pods. */
  conditions: string[];
}

/** Reads the groups of pods out of an answer; what doesn't look like one is left out. */
export function readStatus({ id, text }: Evidence): ContainerStatus[] {
  return blocks(text).flatMap(([headline = '', ...lines]) => {
    const group = readHeadline(headline);
    if (!group) return [];
    const conditions = lines.filter(line => !containerLine.test(line) && !line.startsWith('    '));
    return containers(lines).map(container => ({ id, ...group, ...container, conditions }));
  });
}

/** The Deployment that the answer is about, when it says so. */
export function workloadIn(text: string): { namespace: string; name: string } | undefined {
  const [, namespace, name] = /^.*\bDeployment ([a-z0-9-]+)\/([a-z0-9.-]+):/.exec(text) ?? [];
  if (namespace && name) return { namespace, name };
  const [, other, place] = /^.*\bDeployment ([a-z0-9.-]+) in ([a-z0-9-]+):/.exec(text) ?? [];
  return other && place ? { namespace: place, name: other } : undefined;
}

const containerLine = /^ {2}(\S+): (.*); (\d+) restarts$/;

/** A line at the margin, and the indented ones under it. */
function blocks(text: string): string[][] {
  const all: string[][] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith(' ')) all.at(-1)?.push(line);
    else all.push([line]);
  }
  return all;
}

function readHeadline(line: string): Pick<ContainerStatus, 'pods' | 'current' | 'age'> | undefined {
  const [, owner, old, names] =
    /^\d+ pods?(?: alike)?(.*?): \w+, \d+\/\d+ containers ready, (.*?) old, .*: ([a-z0-9.-]+.*)$/.exec(line) ?? [];
  if (owner === undefined || old === undefined || names === undefined) return undefined;
  const current = /the current one/.test(owner) ? true : /an older one/.test(owner) ? false : undefined;
  return { pods: names.match(/[a-z0-9][a-z0-9.-]*-[a-z0-9.-]+/g) ?? [], current, age: seconds(old) };
}

function containers(lines: string[]) {
  return lines.flatMap((line, index) => {
    const [, container, state, restarts] = containerLine.exec(line) ?? [];
    if (container === undefined || state === undefined) return [];
    const rest = lines.slice(index + 1);
    const end = rest.findIndex(other => !other.startsWith('    '));
    const own = (end < 0 ? rest : rest.slice(0, end)).map(other => other.trim());
    const lastExit = own.find(other => other.startsWith('last exit')) ?? '';
    const settings = own.find(other => other.startsWith('image ')) ?? '';
    return [{ container, state, lastExit, settings, restarts: Number(restarts), ready: isReady(state) }];
  });
}

function isReady(state: string): boolean {
  return state.startsWith('running') && /, ready$/.test(state);
}

/** "45s", "12m", "2m to 3h" (the longer one); `undefined` when it is none of these. */
export function seconds(text: string): number | undefined {
  const units: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };
  const found = [...text.matchAll(/(\d+)([smhd])\b/g)].map(([, count, unit]) => Number(count) * units[unit!]!);
  return found.length > 0 ? Math.max(...found) : undefined;
}
