import type { Paint, Tone } from './paint.ts';
import { wrap } from './text.ts';

/** What one event comes to in the story: a mark and a word at the margin, and lines beside them. */
export interface Passage {
  mark: string;
  tone: Tone;
  label: string;
  lines: Line[];
  /** Whether a new part of the story begins here. */
  opens?: boolean;
}

export interface Line {
  text: string;
  tone?: Tone;
  /** Stands before the text; what is wrapped aligns behind it. */
  lead?: string;
  /** Stands at the right margin of the first line. */
  right?: string;
  /** At most so many lines when wrapped. */
  most?: number;
}

export interface Page {
  width: number;
  paint: Paint;
}

const timeWidth = 7;
const labelWidth = 10;
const margin = timeWidth + 5 + labelWidth + 1;

/** Lays a passage out in columns: time, mark, label, text. */
export function layOut({ mark, tone, label, lines, opens }: Passage, time: string, { width, paint }: Page): string[] {
  const rows = lines.flatMap(line => rowsOf(line, width - margin, paint));
  const head = `${paint('faint', time.padStart(timeWidth))}  ${paint(tone, `${mark}  ${label.padEnd(labelWidth)}`)} `;
  const laid = rows.map((row, index) => (index === 0 ? head : ' '.repeat(margin)) + row);
  return [...(opens ? [''] : []), ...laid].map(line => line.trimEnd());
}

function rowsOf(
  { text, tone = 'plain', lead = '', right = '', most = 4 }: Line,
  width: number,
  paint: Paint,
): string[] {
  const indent = ' '.repeat(lead.length);
  const room = width - lead.length;
  const rows = wrap(text, right === '' ? room : room - right.length - 2, most);
  return rows.map((row, index) => {
    const gap = index === 0 && right !== '' ? ' '.repeat(Math.max(1, room - [...row].length - right.length)) : '';
    const start = index === 0 ? paint('faint', lead) : indent;
    return `${start}${paint(tone, row)}${gap}${gap === '' ? '' : paint('faint', right)}`;
  });
}
