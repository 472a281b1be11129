import { stripVTControlCharacters } from 'node:util';
import { run } from '../../src/cli/program.ts';
import { noPaint, type Paint } from '../../src/cli/story/paint.ts';
import type { Terminal } from '../../src/cli/terminal.ts';

export interface Printed {
  code: number;
  out: string;
  err: string;
}

/** The command line in this process: quicker, for what neither reads the environment nor starts anything. */
export async function runHere(argv: readonly string[], screen: Partial<Terminal> = {}): Promise<Printed> {
  const out: string[] = [];
  const err: string[] = [];
  const terminal: Terminal = {
    out: line => void out.push(`${line}\n`),
    err: line => void err.push(`${line}\n`),
    width: 96,
    watched: false,
    paint: noPaint,
    paintErr: noPaint,
    ...screen,
  };
  return { code: await run(argv, terminal), out: out.join(''), err: err.join('') };
}

/** What eighty columns of a terminal with colours show, and how wide it gets. */
export async function onScreen(argv: readonly string[]): Promise<Printed & { widest: number }> {
  const inColour: Paint = (tone, text) => (tone === 'plain' ? text : `\u001b[1m${text}\u001b[22m`);
  const { code, out, err } = await runHere(argv, { width: 80, watched: true, paint: inColour });
  const plain = stripVTControlCharacters(out);
  const widest = Math.max(...plain.split('\n').map(line => [...line].length));
  return { code, out: plain, err, widest };
}
