import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEvaluation } from '../../../src/simulation/signals/evaluation.ts';
import { type AlertRule, emptyView } from '../../../src/simulation/signals/rules/rule.ts';

/** A rule that finds something whenever the switch is on. */
function switchable(times: { forMs: number; rememberMs?: number }) {
  let on = false;
  const rule: AlertRule = {
    name: 'Switch',
    severity: 'warning',
    summary: 'The switch is on.',
    ...times,
    find: () => (on ? [{ labels: { namespace: 'shop' }, description: 'on' }] : []),
  };
  const evaluation = createEvaluation([rule]);
  return (isOn: boolean, at: number) => {
    on = isOn;
    return evaluation.evaluate(emptyView, at);
  };
}

test('a finding becomes an alert only when it lasts', () => {
  const look = switchable({ forMs: 60_000 });
  expect(look(true, 0)).toEqual([]);
  expect(look(true, 30_000)).toEqual([]);
  expect(look(true, 60_000)).toMatchObject([
    { labels: { alertname: 'Switch', severity: 'warning' }, startsAt: 60_000 },
  ]);
});

test('a finding that goes away in between starts from the beginning', () => {
  const look = switchable({ forMs: 60_000 });
  look(true, 0);
  look(false, 30_000);
  expect(look(true, 60_000)).toEqual([]);
});

test('an alert whose finding is gone is told as ended once, and then forgotten', () => {
  const look = switchable({ forMs: 0 });
  look(true, 0);
  expect(look(false, 30_000)).toMatchObject([{ startsAt: 0, endsAt: 30_000 }]);
  expect(look(false, 60_000)).toEqual([]);
});

test('what comes and goes is one alert as long as the rule remembers it, and fires also while it is away', () => {
  const look = switchable({ forMs: 60_000, rememberMs: 90_000 });
  for (const at of [0, 60_000, 120_000, 180_000]) look(at % 120_000 === 0, at);
  expect(look(true, 240_000)).toMatchObject([{ startsAt: 60_000 }]);
  expect(look(false, 330_000)).toHaveLength(1);
  expect(look(false, 330_001)).toMatchObject([{ endsAt: 330_001 }]);
});

test('whatever the switch does, every alert that fires also ends, with a start before its end', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 60 }), switches => {
      const look = switchable({ forMs: 60_000, rememberMs: 30_000 });
      const started = new Set<number>();
      const ended: number[] = [];
      [...switches, false, false, false].forEach((on, index) => {
        for (const { startsAt, endsAt } of look(on, index * 30_000)) {
          if (endsAt === undefined) started.add(startsAt);
          else {
            expect(endsAt).toBeGreaterThan(startsAt);
            ended.push(startsAt);
          }
        }
      });
      expect(ended).toEqual([...started]);
    }),
  );
});
