import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tellingLine } from '../../../src/cli/story/telling_line.ts';
import { clip, duration, oneLine, sinceStart, wrap } from '../../../src/cli/story/text.ts';

test('wrapping keeps every word, in order, within the width', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 4, max: 40 }), (text, width) => {
      const lines = wrap(text, width, Number.POSITIVE_INFINITY);
      expect(lines.every(line => [...line].length <= width)).toBe(true);
      expect(lines.join('').replaceAll(' ', '')).toBe(oneLine(text).replaceAll(' ', ''));
    }),
  );
});

test('what is cut shows that it was', () => {
  fc.assert(
    fc.property(fc.lorem({ maxCount: 60 }), fc.integer({ min: 10, max: 40 }), (text, width) => {
      const lines = wrap(text, width, 2);
      expect(lines.length).toBeLessThanOrEqual(2);
      expect(lines.every(line => [...line].length <= width)).toBe(true);
      const whole = wrap(text, width, Number.POSITIVE_INFINITY).length <= 2;
      expect(lines.at(-1)?.endsWith('…')).toBe(!whole);
    }),
  );
  expect(clip('abcdef', 4)).toBe('abc…');
});

test.each([
  [0, '+00:00'],
  [199_600, '+03:20'],
  [3_803_000, '+1:03:23'],
  [-5, '+00:00'],
])('%i ms since the start is %s', (ms, text) => {
  expect(sinceStart(ms)).toBe(text);
});

test.each([
  [230, '0.2 s'],
  [12_400, '12 s'],
  [200_000, '3m 20s'],
  [3_900_000, '1h 5m'],
])('%i ms are %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test.each([
  ['2 pods are well\npod a: CrashLoopBackOff, exit code 2, error\nbye', 'pod a: CrashLoopBackOff, exit code 2, error'],
  ['nothing special\nat all', 'nothing special'],
  ['changed from revision 2:\ncontainer a image: x -> y', 'changed from revision 2: container a image: x -> y'],
  ['', ''],
])('of %j the telling line is found', (answer, line) => {
  expect(tellingLine(answer)).toBe(line);
});
