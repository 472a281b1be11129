import type { Deployment, Pod } from '../../kubernetes/objects.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ApiClient } from '../api/client.ts';
import type { AlertmanagerBody } from './alertmanager_body.ts';
import { createEvaluation, type FiringAlert } from './evaluation.ts';
import { createNotifier, type Deliver } from './notifier.ts';
import { type AlertRule, alertRules } from './rules.ts';

export interface Alerting {
  /** From now on bodies go there; what fires already is sent with the next evaluation. */
  sendTo(deliver: Deliver): void;
  firing(): readonly FiringAlert[];
  /** Every body that was taken, in order. */
  sent(): readonly AlertmanagerBody[];
  stop(): void;
}

const evaluateEveryMs = 30_000;

/** Watches over a cluster: evaluates the rules again and again, and tells a receiver what fires and what has ended. */
export function startAlerting(deps: { client: ApiClient; clock: Clock; rules?: readonly AlertRule[] }): Alerting {
  const { client, clock, rules = alertRules } = deps;
  const stopping = new AbortController();
  const evaluation = createEvaluation(rules);
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
    const pods = await client.list<Pod>('pods');
    const deployments = await client.list<Deployment>('deployments.apps');
    const alerts = evaluation.evaluate({ pods: pods.items, deployments: deployments.items }, clock.now());
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
