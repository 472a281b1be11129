import { expect, test } from 'vitest';
import { applyOnce } from '../../../src/durable/apply_once.ts';
import type { Effect, EffectOutcome } from '../../../src/durable/ledger.ts';
import { beginLife, type Subject } from './subject.ts';

type Probe = Awaited<ReturnType<Effect<string>['probe']>> | 'throws';

interface Case {
  says: string;
  /** Whether an earlier process committed the intent and died. */
  intended: boolean;
  act: 'works' | 'is refused' | 'breaks off';
  probe: Probe;
  outcome: EffectOutcome<string>;
  calls: string[];
}

const applied: Probe = { state: 'applied', value: 'v' };
const absent: Probe = { state: 'absent' };
const unknown: Probe = { state: 'unknown', reason: 'fog' };
const done: EffectOutcome<string> = { state: 'done', value: 'v' };

const cases: Case[] = [
  { says: 'new, works', intended: false, act: 'works', probe: absent, outcome: done, calls: ['act'] },
  {
    says: 'new, refused: failed, without a look',
    intended: false,
    act: 'is refused',
    probe: unknown,
    outcome: { state: 'failed', reason: 'is refused' },
    calls: ['act'],
  },
  {
    says: 'new, broken off, applied',
    intended: false,
    act: 'breaks off',
    probe: applied,
    outcome: done,
    calls: ['act', 'probe'],
  },
  {
    says: 'new, broken off, absent: it may still arrive, so not repeated',
    intended: false,
    act: 'breaks off',
    probe: absent,
    outcome: { state: 'unknown', reason: 'breaks off; it was not there when we looked, but may still arrive' },
    calls: ['act', 'probe'],
  },
  {
    says: 'new, broken off, unknown',
    intended: false,
    act: 'breaks off',
    probe: unknown,
    outcome: { state: 'unknown', reason: 'breaks off; fog' },
    calls: ['act', 'probe'],
  },
  {
    says: 'new, broken off, and no look is possible',
    intended: false,
    act: 'breaks off',
    probe: 'throws',
    outcome: { state: 'unknown', reason: 'breaks off; blind' },
    calls: ['act', 'probe'],
  },
  {
    says: 'intended, applied: not repeated',
    intended: true,
    act: 'works',
    probe: applied,
    outcome: done,
    calls: ['probe'],
  },
  {
    says: 'intended, absent: done now',
    intended: true,
    act: 'works',
    probe: absent,
    outcome: done,
    calls: ['probe', 'act'],
  },
  {
    says: 'intended, absent, refused now',
    intended: true,
    act: 'is refused',
    probe: absent,
    outcome: { state: 'failed', reason: 'is refused' },
    calls: ['probe', 'act'],
  },
  {
    says: 'intended, unknown: not repeated',
    intended: true,
    act: 'works',
    probe: unknown,
    outcome: { state: 'unknown', reason: 'fog' },
    calls: ['probe'],
  },
  {
    says: 'intended, and no look is possible: not repeated',
    intended: true,
    act: 'works',
    probe: 'throws',
    outcome: { state: 'unknown', reason: 'blind' },
    calls: ['probe'],
  },
];

const detail = { incident: 'i', action: 'restart', target: 'shop/cart' };

export function effectsHappenOnce(subject: Subject): void {
  test.each(cases)('an effect that is $says', async ({ intended, act, probe, outcome, calls }) => {
    const life = beginLife(subject, {});
    const seen: string[] = [];
    if (intended) {
      life.store.effects.intend('e', detail);
      life.crash();
    }
    const effect = effectThat(seen, act, probe);
    expect(await applyOnce(life.store.effects, effect)).toEqual(outcome);
    expect(seen).toEqual(calls);
    life.crash();
    expect(await applyOnce(life.store.effects, effect)).toEqual(outcome);
    expect(seen).toEqual(calls);
    expect(life.store.effects.list('i')).toMatchObject([{ key: 'e', state: outcome.state, ...detail }]);
    life.end();
  });

  test('an effect that was aborted stays an intent, for the next process to look at', async () => {
    const life = beginLife(subject, {});
    const seen: string[] = [];
    const aborted = AbortSignal.abort(new Error('shutting down'));
    await expect(applyOnce(life.store.effects, effectThat(seen, 'breaks off', absent), aborted)).rejects.toThrow(
      'shutting down',
    );
    life.crash();
    expect(life.store.effects.find('e')).toMatchObject({ state: 'intent' });
    expect(await applyOnce(life.store.effects, effectThat(seen, 'works', absent))).toEqual(done);
    expect(seen).toEqual(['act', 'probe', 'act']);
    life.end();
  });

  test('an intent is written once, and an end only to what has begun', () => {
    const life = beginLife(subject, {});
    const { effects } = life.store;
    effects.intend('e', detail);
    expect(() => effects.intend('e', detail)).toThrow('in the ledger already');
    expect(() => effects.settle('other', 'done', 1)).toThrow('got no record');
    effects.settle('e', 'done', 1);
    expect(() => effects.settle('e', 'failed', 1)).toThrow('got done');
    expect(effects.find('e')).toEqual({ key: 'e', ...detail, state: 'done', outcome: 1 });
    life.end();
  });
}

function effectThat(seen: string[], act: Case['act'], probe: Probe): Effect<string> {
  return {
    key: 'e',
    detail,
    async act() {
      seen.push('act');
      if (act !== 'works') throw new Error(act);
      return 'v';
    },
    async probe() {
      seen.push('probe');
      if (probe === 'throws') throw new Error('blind');
      return probe;
    },
    refused: error => error instanceof Error && error.message === 'is refused',
  };
}
