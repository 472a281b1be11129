import { randomUUID } from 'node:crypto';
import { applyOnce } from '../../../../src/durable/apply_once.ts';
import type { Run } from '../../../../src/durable/engine.ts';
import type { EffectLedger } from '../../../../src/durable/ledger.ts';
import { systemClock } from '../../../../src/lib/clock.ts';
import type { IncidentInput, Report, TargetRequest } from './protocol.ts';

type Values = Record<string, unknown>;
type Say = (what: Report) => void;

/** An incident in small: steps, an approval, a keyed action on a target that counts, a timer. */
export function createIncidentWorkflow(ledger: () => EffectLedger, say: Say) {
  return async (run: Run, input: IncidentInput): Promise<Values> => {
    // No two executions give the same value: a result that was lost shows.
    const [triage, decide] = await Promise.all([
      reported(run, say, 'triage', randomUUID),
      reported(run, say, 'decide', randomUUID),
    ]);
    say({ says: 'wants_approval', run: run.id });
    const approval = await run.recv('approval', { timeoutMs: Number.POSITIVE_INFINITY });
    const action = await run.child<Values>(input.target, async inner => ({
      begin: await reported(inner, say, 'begin', () => mark(input, 'begin', run.id)),
      apply: await reported(inner, say, 'apply', () => apply(ledger(), input, run.id)),
      end: await reported(inner, say, 'end', () => mark(input, 'end', run.id)),
    }));
    await timer(run, say, input.timerMs);
    const silence = (await run.recv('nothing', { timeoutMs: 1 })) ?? 'timed out';
    const verify = await reported(run, say, 'verify', randomUUID);
    return { triage, decide, approval, ...action, silence, verify };
  };
}

async function reported(run: Run, say: Say, step: string, work: () => unknown): Promise<unknown> {
  const value = await run.step(step, () => {
    say({ says: 'executing', run: run.id, step });
    return work();
  });
  say({ says: 'committed', run: run.id, step, value });
  return value;
}

async function timer(run: Run, say: Say, ms: number): Promise<void> {
  const setAt = await run.step('set the timer', () => systemClock.now());
  await run.sleep(ms);
  say({ says: 'timer', run: run.id, setAt, firedAt: systemClock.now(), ms });
}

async function mark(input: IncidentInput, ask: 'begin' | 'end', run: string): Promise<string> {
  await tell(input.url, { ask, target: input.target, run });
  return randomUUID();
}

async function apply(ledger: EffectLedger, { url, target }: IncidentInput, run: string): Promise<string> {
  const key = `effect of ${run}`;
  const outcome = await applyOnce(ledger, {
    key,
    detail: { incident: run, action: 'count', target },
    act: async () => (await tell(url, { ask: 'apply', target, key })).count,
    probe: async () => {
      const { count } = await tell(url, { ask: 'look', target, key });
      return count > 0 ? { state: 'applied', value: count } : { state: 'absent' };
    },
    refused: () => false,
  });
  return outcome.state;
}

async function tell(url: string, request: TargetRequest): Promise<{ count: number }> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(request) });
  if (!response.ok) throw new Error(`expected the target to answer 200, got ${response.status}`);
  return (await response.json()) as { count: number };
}
