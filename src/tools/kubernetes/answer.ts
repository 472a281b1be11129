/** What a tool has to say, before it is bounded. */
export interface Answer<F = Record<string, unknown>> {
  /** What a program can use of it; none when there was nothing to be found. */
  facts?: F;
  /** Always shown. */
  head: string[];
  /** Shown as far as there is room, whole blocks only. */
  body?: string[];
  /** Which end of the body matters more. */
  keep?: 'first' | 'last';
  /** How to see what was left out: "ask with a name to see one workload". */
  more?: string;
}

const charactersPerToken = 4;

export interface Rendered {
  text: string;
  /** How many blocks are left out. */
  left: number;
}

/**
 * The answer as text of at most `tokens` tokens, as far as characters tell. What is left out is said, with the id by
 * which it can be read on.
 */
export function render(answer: Answer, tokens: number, id: string): Rendered {
  const room = tokens * charactersPerToken;
  const rest = (left: number) =>
    `(${left} more left out${answer.more ? `: ${answer.more}` : ''}; or read_more id=${id})`;
  const head = answer.head.map(line => clip(line, 600)).join('\n');
  const body = answer.keep === 'last' ? (answer.body ?? []).toReversed() : (answer.body ?? []);
  const note = rest(body.length);
  const shown: string[] = [];
  let used = head.length + note.length + 2;
  for (const block of body) {
    // A first block that is too long by itself is shown in part: an answer without any body helps nobody.
    const text = shown.length === 0 ? clip(block, Math.max(room - used, 200)) : block;
    if (used + text.length + 1 > room && shown.length > 0) break;
    shown.push(text);
    used += text.length + 1;
  }
  const left = body.length - shown.length;
  const cut = left > 0 ? [rest(left)] : [];
  const lines = answer.keep === 'last' ? [head, ...cut, ...shown.toReversed()] : [head, ...shown, ...cut];
  return { text: lines.filter(line => line !== '').join('\n'), left };
}

/** At most `longest` characters, with the middle taken out. */
export function clip(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const end = Math.floor(longest / 3);
  return `${text.slice(0, longest - end - 3)}...${text.slice(text.length - end)}`;
}

/** "a, b, c and 4 more". */
export function enumerate(names: readonly string[], most: number): string {
  if (names.length <= most) return names.join(', ');
  return `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
}

/** How long ago, as a person would say: "45s", "12m", "5h", "3d". */
export function age(timestamp: string | undefined, now: number): string {
  const then = Date.parse(timestamp ?? '');
  if (Number.isNaN(then)) return 'an unknown time';
  return duration(now - then);
}

export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)}m`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)}h`;
  return `${Math.round(seconds / 86_400)}d`;
}

/** The range of several ages: "2m to 3h", or one when they are about the same. */
export function ageRange(timestamps: readonly (string | undefined)[], now: number): string {
  const sorted = timestamps.filter(time => time !== undefined).toSorted();
  const [youngest, oldest] = [age(sorted.at(-1), now), age(sorted[0], now)];
  return youngest === oldest ? youngest : `${youngest} to ${oldest}`;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
