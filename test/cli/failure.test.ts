import { expect, test } from 'vitest';
import { reportFailure } from '../../src/cli/failure.ts';
import { AlertwrightError, exitCodes } from '../../src/lib/errors.ts';

function reported(error: unknown, verbose: boolean): { code: number; text: string } {
  const lines: string[] = [];
  const plain = (_style: unknown, text: string) => text;
  const terminal = { out() {}, err: (line: string) => void lines.push(line), width: 96, watched: false };
  const code = reportFailure(error, { ...terminal, paint: plain, paintErr: plain }, verbose);
  return { code, text: lines.join('\n') };
}

test('a failure shows no password that stands in what was given, not in its trace either', () => {
  const url = 'http://ada:hunter2@alerts.example/v1';
  const cause = new Error(`can't fetch ${url}`);
  const ours = reported(new AlertwrightError('answer', `expected an answer at ${url}`, { cause }), true);
  expect(ours).toMatchObject({
    code: exitCodes.failed,
    text: expect.stringMatching(/ada:\[redacted password #\w{4}\]@alerts/),
  });
  expect(ours.text).toContain("can't fetch");
  expect(ours.text).not.toContain('hunter2');
  expect(reported(cause, false).text).not.toContain('hunter2');
});
