import type { Container } from '../../kubernetes/objects.ts';
import type { LogLine } from '../api/client.ts';

const mostLines = 80;
const mostBytes = 2048;

/** What a container leaves behind: the end of its log, where its pod asks for that and it failed. */
export function terminationMessage(container: Container, exitCode: number, log: readonly LogLine[]): string {
  if (container.terminationMessagePolicy !== 'FallbackToLogsOnError' || exitCode === 0) return '';
  const text = log
    .slice(-mostLines)
    .map(({ line }) => `${line}\n`)
    .join('');
  return Buffer.from(text).subarray(-mostBytes).toString('utf8');
}
