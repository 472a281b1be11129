import type { LogLine } from './client.ts';

/** What a client may ask of a log, by the names of its query. */
export interface LogQuery {
  sinceSeconds?: number | undefined;
  sinceTime?: string | undefined;
  tailLines?: number | undefined;
  limitBytes?: number | undefined;
  timestamps: boolean;
}

/** The part of a log that was asked for, as plain text. */
export function logText(lines: readonly LogLine[], query: LogQuery, now: number): string {
  const { sinceSeconds, sinceTime, tailLines, limitBytes } = query;
  const since = sinceSeconds === undefined ? Date.parse(sinceTime ?? '') : now - sinceSeconds * 1000;
  const recent = Number.isNaN(since) ? lines : lines.filter(line => line.at >= since);
  const tail = tailLines === undefined ? recent : recent.slice(Math.max(0, recent.length - tailLines));
  const text = textOf(tail, query);
  return limitBytes === undefined ? text : Buffer.from(text).subarray(0, limitBytes).toString();
}

export function textOf(lines: readonly LogLine[], { timestamps }: Pick<LogQuery, 'timestamps'>): string {
  return lines.map(({ at, line }) => `${timestamps ? `${new Date(at).toISOString()} ` : ''}${line}\n`).join('');
}
