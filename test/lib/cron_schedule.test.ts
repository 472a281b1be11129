import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSchedule } from '../../src/lib/cron_schedule.ts';
import { zonedTimestamp } from '../../src/lib/time_zone.ts';

function nextTimes(schedule: string, after: string, count = 3, zone = 'UTC'): string[] {
  const parsed = parseSchedule(schedule, zone);
  if ('problem' in parsed) return [parsed.problem];
  const times: string[] = [];
  for (let at = parsed.next(Date.parse(after)); at !== undefined && times.length < count; at = parsed.next(at)) {
    times.push(zonedTimestamp(at, zone));
  }
  return times;
}

test.each([
  ['*/15 * * * *', '2026-03-01T10:00:00Z', ['2026-03-01T10:15:00Z', '2026-03-01T10:30:00Z', '2026-03-01T10:45:00Z']],
  ['0 0 29 2 *', '2026-03-01T10:00:00Z', ['2028-02-29T00:00:00Z']],
  ['30 4 1,15 * 5', '2026-03-01T04:30:00Z', ['2026-03-06T04:30:00Z', '2026-03-13T04:30:00Z', '2026-03-15T04:30:00Z']],
  ['0 9-17/4 * jan-mar mon', '2026-03-29T00:00:00Z', ['2026-03-30T09:00:00Z', '2026-03-30T13:00:00Z']],
  ['@weekly', '2026-03-01T00:00:00Z', ['2026-03-08T00:00:00Z']],
  ['@every 90m', '2026-03-01T00:00:10Z', ['2026-03-01T01:30:10Z', '2026-03-01T03:00:10Z']],
  ['5/20 * * * *', '2026-03-01T00:00:00Z', ['2026-03-01T00:05:00Z', '2026-03-01T00:25:00Z', '2026-03-01T00:45:00Z']],
  ['0 0 30 2 *', '2026-03-01T00:00:00Z', []],
])('%s after %s', (schedule, after, expected) => {
  expect(nextTimes(schedule, after, Math.max(1, expected.length))).toEqual(expected);
});

test('where the clocks change, a skipped time is skipped and a repeated one comes twice', () => {
  const zone = 'Europe/Berlin';
  expect(nextTimes('30 2 * * *', '2026-03-28T00:00:00Z', 2, zone)).toEqual([
    '2026-03-28T02:30:00+01:00',
    '2026-03-30T02:30:00+02:00',
  ]);
  expect(nextTimes('30 2 * * *', '2026-10-24T12:00:00Z', 3, zone)).toEqual([
    '2026-10-25T02:30:00+02:00',
    '2026-10-25T02:30:00+01:00',
    '2026-10-26T02:30:00+01:00',
  ]);
  expect(nextTimes('0 0 * * *', '2026-03-01T00:00:00Z', 1, 'America/New_York')).toEqual(['2026-03-01T00:00:00-05:00']);
});

test.each([
  ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
  ['60 * * * *', 'end of range (60) above maximum (59): 60'],
  ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
  ['* 5-3 * * *', 'beginning of range (5) beyond end of range (3): 5-3'],
  ['*/0 * * * *', 'step of range should be a positive number: */0'],
  ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
  ['@sometimes', 'unrecognized descriptor: @sometimes'],
])('%s is refused', (schedule, problem) => {
  expect(parseSchedule(schedule)).toEqual({ problem });
});

test('the next time is later, on a full minute, and nothing due lies between', () => {
  const part = (max: number, min = 0) =>
    fc.oneof(
      fc.constant('*'),
      fc.integer({ min, max }).map(String),
      fc.integer({ min: 2, max: 7 }).map(step => `*/${step}`),
    );
  const schedules = fc.tuple(part(59), part(23), part(28, 1), part(12, 1), part(6)).map(parts => parts.join(' '));
  fc.assert(
    fc.property(schedules, fc.integer({ min: 1.7e12, max: 1.9e12 }), (text, after) => {
      const schedule = parseSchedule(text);
      if ('problem' in schedule) throw new Error(schedule.problem);
      const next = schedule.next(after);
      if (next === undefined) return;
      expect(next).toBeGreaterThan(after);
      expect(next % 60_000).toBe(0);
      const between = after + Math.floor((next - after) / 2);
      expect(schedule.next(between)).toBe(next);
    }),
  );
});
