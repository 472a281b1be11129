import { messageOf } from '../lib/errors.ts';
import type { Effect, EffectLedger, EffectOutcome, EffectRecord } from './ledger.ts';

/**
 * Brings about an effect at most once, whatever happened before: what was begun and not ended is looked at, never
 * repeated blindly. An aborted signal leaves the record as it is, for the next process to look at.
 */
export async function applyOnce<T>(
  ledger: EffectLedger,
  effect: Effect<T>,
  signal?: AbortSignal,
): Promise<EffectOutcome<T>> {
  const record = ledger.find(effect.key);
  if (record && record.state !== 'intent') return outcomeOf(record);
  const settle = settler<T>(ledger, effect.key);
  if (!record) {
    ledger.intend(effect.key, effect.detail);
    return act(effect, settle, signal);
  }
  const seen = await look(effect, signal);
  if (seen.state === 'absent') return act(effect, settle, signal);
  return settle(seen.state === 'applied' ? { state: 'done', value: seen.value } : seen);
}

type Settle<T> = (outcome: EffectOutcome<T>) => EffectOutcome<T>;

async function act<T>(effect: Effect<T>, settle: Settle<T>, signal?: AbortSignal): Promise<EffectOutcome<T>> {
  const acted = await effect.act().then(
    value => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('value' in acted) return settle({ state: 'done', value: acted.value });
  return settle(await afterFailure(effect, acted.error, signal));
}

/** The act has thrown: that says "nothing was done" only when the target itself refused. */
async function afterFailure<T>(effect: Effect<T>, error: unknown, signal?: AbortSignal): Promise<EffectOutcome<T>> {
  const reason = messageOf(error);
  if (effect.refused(error)) return { state: 'failed', reason };
  signal?.throwIfAborted();
  const seen = await look(effect, signal);
  if (seen.state === 'applied') return { state: 'done', value: seen.value };
  const then = seen.state === 'absent' ? 'it was not there when we looked, but may still arrive' : seen.reason;
  return { state: 'unknown', reason: `${reason}; ${then}` };
}

/** A look that fails has seen nothing. */
async function look<T>(effect: Effect<T>, signal?: AbortSignal): ReturnType<Effect<T>['probe']> {
  try {
    return await effect.probe();
  } catch (error) {
    signal?.throwIfAborted();
    return { state: 'unknown', reason: messageOf(error) };
  }
}

function settler<T>(ledger: EffectLedger, key: string): Settle<T> {
  return outcome => {
    ledger.settle(key, outcome.state, outcome.state === 'done' ? outcome.value : outcome.reason);
    return outcome;
  };
}

function outcomeOf<T>(record: EffectRecord): EffectOutcome<T> {
  if (record.state === 'done') return { state: 'done', value: record.outcome as T };
  const state = record.state === 'failed' ? 'failed' : 'unknown';
  return { state, reason: String(record.outcome) };
}
