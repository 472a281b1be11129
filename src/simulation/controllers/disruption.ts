import { withCondition } from '../../kubernetes/kinds/conditions.ts';
import { selects } from '../../kubernetes/kinds/label_selector.ts';
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from '../../kubernetes/kinds/policy.ts';
import type { Condition, Pod } from '../../kubernetes/objects.ts';
import type { Clock } from '../../lib/clock.ts';
import { canonicalJson } from '../../lib/hash.ts';
import { timestamp } from '../../lib/timestamp.ts';
import type { ApiClient } from '../api/client.ts';
import { type Demand, demandOf, NoScale } from './disruption_scale.ts';
import { createEventRecorder } from './event_recorder.ts';
import { isReady } from './pods.ts';
import { createQueue, keyOf, parseKey } from './queue.ts';
import { selectorText } from './selector_text.ts';

/** An evicted pod that isn't being deleted after this long won't be. */
const deletionTimeoutMs = 120_000;
const budgets = 'poddisruptionbudgets.policy';

/** Keeps the status of disruption budgets: how many of their pods may go. Whoever evicts looks at nothing else. */
export function createDisruptionController({ client, clock }: { client: ApiClient; clock: Clock }): { stop(): void } {
  const events = createEventRecorder({ client, clock, component: 'controllermanager' });
  const queue = createQueue(clock, reconcile);
  const known = new Map<string, PodDisruptionBudget>();
  const stops = [
    client.watch<PodDisruptionBudget>(budgets, ({ type, object }) => {
      const key = keyOf(object.metadata);
      if (type === 'DELETED') known.delete(key);
      else known.set(key, object);
      queue.add(key);
    }),
    client.watch<Pod>('pods', ({ object }) => enqueueBudgetsOf(object)),
  ];

  function enqueueBudgetsOf({ metadata }: Pod): void {
    for (const [key, budget] of known) {
      if (budget.metadata.namespace !== metadata.namespace) continue;
      if (selects(budget.spec.selector, metadata.labels)) queue.add(key);
    }
  }

  async function reconcile(key: string): Promise<void> {
    const { namespace, name } = parseKey(key);
    const budget = await client.get<PodDisruptionBudget>(budgets, name, namespace);
    if (!budget) return;
    const pods = await podsOf(budget);
    if (pods.length === 0)
      events.record(budget, { type: 'Normal', reason: 'NoPods', message: 'No matching pods found' });
    const demand = await demandOrFailure(budget, pods);
    if (demand instanceof NoScale) return failSafe(budget, demand);
    const disrupted = stillDisrupted(budget, pods, clock.now());
    await writeStatus(budget, statusFor(budget, demand, { pods, disrupted, now: clock.now() }));
    const due = Object.values(disrupted).map(since => Date.parse(since) + deletionTimeoutMs - clock.now());
    if (due.length > 0) queue.addAfter(key, Math.max(1000, Math.min(...due)));
  }

  async function podsOf({ metadata, spec }: PodDisruptionBudget): Promise<Pod[]> {
    if (!spec.selector) return [];
    const query = { namespace: metadata.namespace ?? '', labelSelector: selectorText(spec.selector) };
    return (await client.list<Pod>('pods', query)).items;
  }

  async function demandOrFailure(budget: PodDisruptionBudget, pods: Pod[]): Promise<Demand | NoScale> {
    try {
      const demand = await demandOf(client, budget, pods);
      if (demand.unmanaged.length > 0) warnOfUnmanaged(budget);
      return demand;
    } catch (error) {
      if (!(error instanceof NoScale)) throw error;
      const message = `Failed to calculate the number of expected pods: ${error.message}`;
      events.record(budget, { type: 'Warning', reason: 'CalculateExpectedPodCountFailed', message });
      return error;
    }
  }

  function warnOfUnmanaged(budget: PodDisruptionBudget): void {
    const labels = Object.entries(budget.spec.selector?.matchLabels ?? {}).map(([key, value]) => `${key}: ${value},`);
    const selector = `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},MatchExpressions:[]LabelSelectorRequirement{},}`;
    const message = `Pods selected by this PodDisruptionBudget (selector: ${selector}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`;
    events.record(budget, { type: 'Warning', reason: 'UnmanagedPods', message });
  }

  /** Whatever is wrong, nobody is evicted meanwhile. */
  async function failSafe(budget: PodDisruptionBudget, { message }: NoScale): Promise<void> {
    const before = budget.status ?? emptyStatus;
    const { observedGeneration = 0 } = before;
    const condition: Condition = {
      type: 'DisruptionAllowed',
      status: 'False',
      reason: 'SyncFailed',
      message,
      observedGeneration,
    };
    const conditions = withCondition(before.conditions ?? [], condition, timestamp(clock.now()));
    await writeStatus(budget, { ...before, disruptionsAllowed: 0, conditions });
  }

  async function writeStatus(budget: PodDisruptionBudget, status: PodDisruptionBudgetStatus): Promise<void> {
    if (canonicalJson(status) === canonicalJson(budget.status)) return;
    await client.update<PodDisruptionBudget>(budgets, { ...budget, status }, { subresource: 'status' });
  }

  return {
    stop() {
      queue.stop();
      for (const stop of stops) stop();
    },
  };
}

const emptyStatus: PodDisruptionBudgetStatus = {
  disruptionsAllowed: 0,
  currentHealthy: 0,
  desiredHealthy: 0,
  expectedPods: 0,
};

/** Those of the evicted pods that are there and whose deletion is still to be expected. */
function stillDisrupted({ status }: PodDisruptionBudget, pods: Pod[], now: number): Record<string, string> {
  const names = new Set(
    pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(({ metadata }) => metadata.name),
  );
  const known = Object.entries(status?.disruptedPods ?? {});
  return Object.fromEntries(
    known.filter(([name, since]) => names.has(name) && Date.parse(since) + deletionTimeoutMs >= now),
  );
}

function statusFor(
  { metadata, status }: PodDisruptionBudget,
  { expectedPods, desiredHealthy }: Demand,
  { pods, disrupted, now }: { pods: Pod[]; disrupted: Record<string, string>; now: number },
): PodDisruptionBudgetStatus {
  const currentHealthy = pods.filter(
    pod => pod.metadata.deletionTimestamp === undefined && !disrupted[pod.metadata.name] && isReady(pod),
  ).length;
  const spare = currentHealthy - desiredHealthy;
  const disruptionsAllowed = expectedPods <= 0 ? 0 : Math.max(0, spare);
  const observedGeneration = metadata.generation ?? 1;
  const condition: Condition = {
    type: 'DisruptionAllowed',
    status: disruptionsAllowed > 0 ? 'True' : 'False',
    reason: disruptionsAllowed > 0 ? 'SufficientPods' : 'InsufficientPods',
    message: '',
    observedGeneration,
  };
  return {
    observedGeneration,
    ...(Object.keys(disrupted).length > 0 ? { disruptedPods: disrupted } : {}),
    disruptionsAllowed,
    currentHealthy,
    desiredHealthy,
    expectedPods,
    conditions: withCondition(status?.conditions ?? [], condition, timestamp(now)),
  };
}
