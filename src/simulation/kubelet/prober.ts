import type { Container, Probe } from '../../kubernetes/objects.ts';
import { containerPath, runBeside } from './node_context.ts';
import type { ContainerRecord, PodRecord, ProbeResults } from './pod_record.ts';
import { examine, type Probed } from './probes.ts';

type ProbeKind = keyof ProbeResults;

export interface Prober {
  /** Readiness is looked at once more when somebody asks for it. */
  lookNow(): void;
}

export interface ProbeRequest {
  record: PodRecord;
  one: ContainerRecord;
  startedAt: number;
  results: ProbeResults;
  probed: Probed;
}

/** Probes a container while it runs: startup first, and the others when it has succeeded. */
export function startProbing(request: ProbeRequest, signal: AbortSignal): Prober {
  const { spec } = request.one;
  let wake: (() => void) | undefined;
  for (const kind of ['startup', 'readiness', 'liveness'] as const) {
    const rule = ruleOf(spec, kind);
    if (!rule) continue;
    const setWake = (next: () => void) => {
      if (kind === 'readiness') wake = next;
    };
    runBeside(keepProbing(request, { kind, rule, setWake }, signal), signal);
  }
  return { lookNow: () => wake?.() };
}

interface Probing {
  kind: ProbeKind;
  rule: Probe;
  setWake(wake: () => void): void;
}

/** Its clock ticks since the pod came, whenever its containers start. */
async function keepProbing(
  request: ProbeRequest,
  { kind, rule, setWake }: Probing,
  signal: AbortSignal,
): Promise<void> {
  const { record, results, startedAt, one } = request;
  const { clock } = record.node;
  const period = (rule.periodSeconds ?? 10) * 1000;
  const since = record.probedSince ?? startedAt;
  const streak = { healthy: false, length: 0 };
  let next = since + Math.ceil((clock.now() - since + 1) / period) * period;
  for (;;) {
    const woken = await sleepOrWake(request, next, setWake, signal);
    next = woken ? clock.now() + period : next + period;
    if (Math.floor((clock.now() - startedAt) / 1000) < (rule.initialDelaySeconds ?? 0)) continue;
    const hasStarted = !one.spec.startupProbe || results.startup === true;
    if (hasStarted === (kind === 'startup')) continue;
    const verdict = look(request, kind, rule, streak);
    if (verdict === undefined || verdict === results[kind]) continue;
    results[kind] = verdict;
    record.onProbe();
    // What is to be started again, or has started, is not asked any more.
    if (kind === 'startup' || (kind === 'liveness' && !verdict)) return;
  }
}

/** A verdict, when a threshold is reached. */
function look(
  { record, one, probed }: ProbeRequest,
  kind: ProbeKind,
  rule: Probe,
  streak: { healthy: boolean; length: number },
): boolean | undefined {
  const result = examine(rule, probed);
  const name = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
  const complain = (message: string) =>
    record.node.events.record(record.pod, {
      type: 'Warning',
      reason: 'Unhealthy',
      message,
      fieldPath: containerPath(one.spec.name, one.isInit),
    });
  if (result.kind === 'error') {
    complain(`${name} probe errored and resulted in unknown state: ${result.message}`);
    return undefined;
  }
  if (result.kind === 'failure') complain(`${name} probe failed: ${result.message}`);
  const healthy = result.kind === 'success';
  streak.length = healthy === streak.healthy ? streak.length + 1 : 1;
  streak.healthy = healthy;
  const threshold = healthy ? (rule.successThreshold ?? 1) : (rule.failureThreshold ?? 3);
  return streak.length >= threshold ? healthy : undefined;
}

/** Says whether it was woken before its time. */
async function sleepOrWake(
  { record }: ProbeRequest,
  until: number,
  setWake: Probing['setWake'],
  signal: AbortSignal,
): Promise<boolean> {
  const { clock } = record.node;
  const early = new AbortController();
  const stop = () => early.abort(signal.reason);
  setWake(() => early.abort());
  signal.addEventListener('abort', stop, { once: true });
  try {
    await clock.sleep(until - clock.now(), early.signal);
    return false;
  } catch (error) {
    signal.throwIfAborted();
    if (early.signal.aborted) return true;
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function ruleOf({ startupProbe, livenessProbe, readinessProbe }: Container, kind: ProbeKind): Probe | undefined {
  return { startup: startupProbe, liveness: livenessProbe, readiness: readinessProbe }[kind];
}
