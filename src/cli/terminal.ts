import { type Paint, paintFor } from './story/paint.ts';

/** Where a command says things: results on standard output, everything else on standard error. */
export interface Terminal {
  out(line: string): void;
  err(line: string): void;
  /** Characters in a line of a story. */
  width: number;
  /** Whether somebody watches. */
  watched: boolean;
  paint: Paint;
  paintErr: Paint;
}

type Output = Pick<NodeJS.WriteStream, 'isTTY' | 'columns'> & NodeJS.WritableStream;

const comfortable = { least: 72, most: 100, unknown: 96 };

export function createTerminal({ stdout, stderr }: { stdout: Output; stderr: Output }): Terminal {
  const { least, most, unknown } = comfortable;
  return {
    out: line => void stdout.write(`${line}\n`),
    err: line => void stderr.write(`${line}\n`),
    width: Math.min(most, Math.max(least, stdout.columns || unknown)),
    watched: stdout.isTTY === true,
    paint: paintFor(stdout),
    paintErr: paintFor(stderr),
  };
}
