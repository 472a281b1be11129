import type { Evidence } from './conversation.ts';
import { seconds } from './status.ts';

/** What an answer about a Deployment's revisions tells. */
export interface History {
  /** The evidence that says so. */
  id: string;
  /** Seconds since the current revision was made. */
  currentAge: number;
  /** The newest revision before the current one that is known to have worked, and how that is known. */
  good: { revision: number; because: string } | undefined;
  /** Whether pods of the good revision still serve beside those of the current one. */
  stillServes: boolean;
  /** What differs between the good revision (or the one before the current) and the current. */
  changes: Change[];
  configMaps: { name: string; exists: boolean; changedAgo: number }[];
}

/** One field of the pod template: `container web env LOG_LEVEL`. */
export interface Change {
  path: string;
  from: string;
  to: string;
}

interface Revision {
  number: number;
  madeAgo: number;
  changes: Change[];
}

/** A revision that stood for so many seconds before the next one would have raised an alert if it had been bad. */
const longEnough = 600;

export function readHistory({ id, text }: Evidence): History | undefined {
  const revisions = readRevisions(text);
  const [newest, before] = revisions;
  if (!newest) return undefined;
  const proven = Number(/\blast good revision is (\d+)\b/.exec(text)?.[1]);
  const good = goodRevision(proven, newest, before);
  const since = good?.revision ?? before?.number ?? newest.number;
  return {
    id,
    currentAge: newest.madeAgo,
    good,
    stillServes: proven > 0,
    changes: revisions.filter(({ number }) => number > since).flatMap(({ changes }) => changes),
    configMaps: readConfigMaps(text),
  };
}

function goodRevision(proven: number, newest: Revision, before: Revision | undefined): History['good'] {
  if (proven > 0) return { revision: proven, because: `pods of revision ${proven} are still ready` };
  const stood = before ? before.madeAgo - newest.madeAgo : 0;
  if (!before || stood < longEnough) return undefined;
  return { revision: before.number, because: `revision ${before.number} stood for ${Math.round(stood / 60)} minutes` };
}

function readRevisions(text: string): Revision[] {
  const found: Revision[] = [];
  for (const line of text.split('\n')) {
    const [, number, ago] = /^revision (\d+)(?: \(current\))?, made (.+?) ago\b/.exec(line) ?? [];
    if (number && ago) found.push({ number: Number(number), madeAgo: seconds(ago) ?? 0, changes: [] });
    const change = readChange(line);
    if (change) found.at(-1)?.changes.push(change);
  }
  return found.sort((a, b) => b.number - a.number);
}

/** Changes that do nothing to what runs in the container are left out. */
function readChange(line: string): Change | undefined {
  const [, path, what] = /^ {4}((?:[\w.-]+ )*[\w./-]+): (.*)$/.exec(line) ?? [];
  if (path === undefined || what === undefined || /^(label|annotation) /.test(path)) return undefined;
  const [, from, to] = /^(.*) -> (.*)$/.exec(what) ?? [];
  if (from !== undefined && to !== undefined) return { path, from, to };
  const removed = /^removed \(was (.*)\)$/.exec(what)?.[1];
  if (removed !== undefined) return { path, from: removed, to: '' };
  const added = /^(.*) \(added\)$/.exec(what)?.[1];
  return added === undefined ? undefined : { path, from: '', to: added };
}

function readConfigMaps(text: string): History['configMaps'] {
  return [...text.matchAll(/^It reads ConfigMap ([^\s,]+), (.*)$/gm)].map(([, name, what]) => ({
    name: name!,
    exists: !/does not exist/.test(what!),
    changedAgo: seconds(/last changed (.+?) ago/.exec(what!)?.[1] ?? '') ?? Number.POSITIVE_INFINITY,
  }));
}
