import type { LogLine } from '../api/client.ts';

/** What one run of a container has written. */
export interface RunLog {
  write(at: number, lines: readonly string[]): void;
  /** From `from` on, once in `every` seconds. */
  repeat(from: number, lines: readonly { line: string; every: number }[]): void;
  close(at: number): void;
  read(now: number): LogLine[];
}

/** A kubelet rotates logs: older lines than these are gone. */
const mostLines = 5000;

/** Lines that come again and again are worked out when somebody reads them, so that they cost nothing until then. */
export function createRunLog(): RunLog {
  const written: LogLine[] = [];
  const repeating: { from: number; line: string; every: number }[] = [];
  let closed = Infinity;
  return {
    write(at, lines) {
      for (const line of lines) written.push({ at, line });
      if (written.length > 2 * mostLines) written.splice(0, written.length - mostLines);
    },
    repeat(from, lines) {
      for (const { line, every } of lines) repeating.push({ from, line, every });
    },
    close: at => {
      closed = at;
    },
    read(now) {
      const until = Math.min(now, closed);
      const all = [...written, ...repeating.flatMap(one => occurrences(one, until))];
      return all.sort((a, b) => a.at - b.at).slice(-mostLines);
    },
  };
}

function occurrences({ from, line, every }: { from: number; line: string; every: number }, until: number): LogLine[] {
  const step = every * 1000;
  const last = Math.floor((until - from) / step);
  const firstKept = Math.max(1, last - mostLines + 1);
  return Array.from({ length: Math.max(0, last - firstKept + 1) }, (_, i) => ({
    at: from + (firstKept + i) * step,
    line,
  }));
}
