import { type Change, ClusterError, type Kind } from './cluster.ts';
import type { ApiHttp } from './http.ts';
import { collectionPath } from './kinds.ts';
import type { KubeObject } from './objects.ts';

/** The server ends a watch after so long: a connection that died unnoticed is missed for no longer. */
const watchSeconds = 240;
const idleMs = (watchSeconds + 30) * 1_000;
/** The server itself refuses objects of more than a few MiB. */
const longestLine = 16 * 2 ** 20;

export async function* watchObjects<T extends KubeObject>(
  http: ApiHttp,
  kind: Kind,
  version: string,
  signal: AbortSignal,
): AsyncIterable<Change<T>> {
  const query = { watch: true, allowWatchBookmarks: true, resourceVersion: version, timeoutSeconds: watchSeconds };
  const pieces = await http.stream({ method: 'GET', path: collectionPath(kind), query, signal }, idleMs);
  for await (const line of linesOf(pieces)) yield changeOf<T>(line);
}

async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncIterable<string> {
  let begun: Buffer[] = [];
  let length = 0;
  for await (const piece of pieces) {
    let from = 0;
    for (let end = piece.indexOf(10); end >= 0; end = piece.indexOf(10, from)) {
      const line = Buffer.concat([...begun, piece.subarray(from, end)]).toString();
      [begun, length, from] = [[], 0, end + 1];
      if (line.trim() !== '') yield line;
    }
    begun.push(piece.subarray(from));
    length += piece.length - from;
    if (length > longestLine) {
      const limit = `${longestLine / 2 ** 20} MiB`;
      throw new ClusterError(
        0,
        'ResponseTooLarge',
        `expected changes below ${limit} each in a watch, got a longer one`,
      );
    }
  }
}

function changeOf<T extends KubeObject>(line: string): Change<T> {
  const change = parsed(line);
  if (change.type !== 'ERROR') return change as unknown as Change<T>;
  const { code = 0, reason = 'Unknown', message = 'the watch ended with an error' } = change.object ?? {};
  throw new ClusterError(code, reason, message);
}

interface WatchLine {
  type: string;
  object?: { code?: number; reason?: string; message?: string };
}

function parsed(line: string): WatchLine {
  try {
    return JSON.parse(line) as WatchLine;
  } catch (cause) {
    const start = JSON.stringify(line.slice(0, 80));
    throw new ClusterError(0, 'Malformed', `expected a JSON object a line in a watch, got ${start}`, { cause });
  }
}
