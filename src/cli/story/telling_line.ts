import { oneLine } from './text.ts';

/** Words that an engineer's eye stops at. */
const telling = [
  /\b(error|fatal|panic|exception|denied|refused|unreachable|invalid|unknown|missing|failed|failing|timed out)\b/i,
  /not found|does not exist|no such|can't|cannot|could not|unable to|insufficient/i,
  /BackOff|OOMKilled|ErrImage|Unhealthy|Evicted|FailedScheduling|CreateContainerConfigError/,
  /\bexit(ed)?\b.{0,20}[1-9]/i,
  /→|->|\bchanged\b/,
];

/** Of a tool's answer, the line that says most: where most of those words are, and the first one otherwise. */
export function tellingLine(answer: string): string {
  const lines = answer.split('\n').map(oneLine).filter(Boolean);
  const scores = lines.map(line => telling.filter(pattern => pattern.test(line)).length);
  const best = scores.indexOf(Math.max(0, ...scores));
  const line = lines[best] ?? '';
  return line.endsWith(':') ? `${line} ${lines[best + 1] ?? ''}` : line;
}
