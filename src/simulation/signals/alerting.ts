import type { Clock } from '../../lib/clock.ts';
import type { ApiClient } from '../api/client.ts';
import type { AlertmanagerBody } from './alertmanager_body.ts';
import { type ClusterObjects, readObjects } from './cluster_objects.ts';
import { createEvaluation, type FiringAlert } from './evaluation.ts';
import type { Meters } from './meters.ts';
import { createNotifier, type Deliver } from './notifier.ts';
import type { AlertRule } from './rules/rule.ts';
import { alertRules } from './rules.ts';
import { createWindows } from './windows.ts';

export interface Alerting {
  /** From now on bodies go there; what fires already is sent with the next evaluation. */
  sendTo(deliver: Deliver): void;
  firing(): readonly FiringAlert[];
  /** Every body that was taken, in order. */
  sent(): readonly AlertmanagerBody[];
  stop(): void;
}

const evaluateEveryMs = 30_000;

export interface AlertingDeps {
  client: ApiClient;
  clock: Clock;
  /** Without them nothing is known about requests. */
  meters?: Meters;
  rules?: readonly AlertRule[];
}

/** What the rules look at. */
const kinds: readonly (keyof ClusterObjects)[] = [
  'pods',
  'deployments',
  'statefulSets',
  'daemonSets',
  'jobs',
  'autoscalers',
  'quotas',
  'budgets',
  'claims',
  'nodes',
];

/** Watches over a cluster: evaluates the rules again and again, and tells a receiver what fires and what has ended. */
export function startAlerting(deps: AlertingDeps): Alerting {
  const { client, clock, meters, rules = alertRules } = deps;
  const stopping = new AbortController();
  const evaluation = createEvaluation(rules);
  const windows = createWindows();
  const sent: AlertmanagerBody[] = [];
  let receiver: Deliver | undefined;
  let firing: FiringAlert[] = [];

  const deliver: Deliver = async body => {
    const outcome = (await receiver?.(body)) ?? 'retry';
    if (outcome === 'taken') sent.push(body);
    return outcome;
  };
  const notifier = createNotifier({ clock, deliver, signal: stopping.signal });

  async function evaluate(): Promise<void> {
    const objects = await readObjects(client, kinds);
    const now = clock.now();
    if (meters) windows.record(meters, now);
    meters?.note(objects, now);
    const disks = meters?.read(objects, now) ?? [];
    const alerts = evaluation.evaluate({ ...objects, disks, now, increases: windows.increases }, now);
    firing = alerts.filter(({ endsAt }) => endsAt === undefined);
    if (receiver) notifier.update(alerts);
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await evaluate();
      await clock.sleep(evaluateEveryMs, stopping.signal);
    }
  }
  run().catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error;
  });

  return {
    sendTo: next => {
      receiver = next;
    },
    firing: () => firing,
    sent: () => sent,
    stop: () => stopping.abort(),
  };
}

/** The rules with other times, for a world in which they matter. */
export function rulesWith(patience: Readonly<Partial<Record<string, number>>>): AlertRule[] {
  return alertRules.map(rule => ({ ...rule, forMs: patience[rule.name] ?? rule.forMs }));
}
