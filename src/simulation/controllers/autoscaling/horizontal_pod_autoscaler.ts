import type { HorizontalPodAutoscaler, MetricStatus } from '../../../kubernetes/kinds/autoscaling.ts';
import { withCondition } from '../../../kubernetes/kinds/conditions.ts';
import type { Condition, Pod } from '../../../kubernetes/objects.ts';
import { canonicalJson } from '../../../lib/hash.ts';
import { timestamp } from '../../../lib/timestamp.ts';
import { ApiError } from '../../api/client.ts';
import type { ControllerDeps } from '../controllers.ts';
import { createEventRecorder } from '../event_recorder.ts';
import { createQueue, keyOf, parseKey } from '../queue.ts';
import { limitedByBehaviour, limitedByDefault } from './limits.ts';
import { firstMemory, type Remembered, rememberScaling, stabilised } from './memory.ts';
import { readMetric } from './metric_reading.ts';
import { controllingPods } from './rivals.ts';
import { readScale, type Scale, writeScale } from './scale_target.ts';

const everyMs = 15_000;
const autoscalers = 'horizontalpodautoscalers.autoscaling';

/** One look at an autoscaler; what is found out is gathered here, and written as its status at the end. */
interface Look {
  autoscaler: HorizontalPodAutoscaler;
  scale: Scale;
  current: number;
  memory: Remembered;
  conditions: Condition[];
  metrics: MetricStatus[];
}

interface Wish {
  replicas: number;
  reason: string;
}

/** Looks at every autoscaler each 15 seconds and gives its target as many replicas as its metrics ask for. */
export function createHorizontalPodAutoscaler({ client, clock, caches }: ControllerDeps): { stop(): void } {
  const events = createEventRecorder({ client, clock, component: 'horizontal-pod-autoscaler' });
  const cache = caches.of<HorizontalPodAutoscaler>(autoscalers);
  const memories = new Map<string, Remembered>();
  const selectors = new Map<string, string>();
  const forget = (key: string) => {
    memories.delete(key);
    selectors.delete(key);
  };
  const queue = createQueue(clock, async key => {
    await reconcile(key).catch(logged);
    const { namespace, name } = parseKey(key);
    if (cache.get(namespace, name)) queue.addAfter(key, everyMs);
    else forget(key);
  });
  const unfollow = cache.follow(({ type, object }) => {
    const key = keyOf(object.metadata);
    if (type === 'DELETED') forget(key);
    else queue.addAfter(key, everyMs);
  });

  async function reconcile(key: string): Promise<void> {
    const { namespace, name } = parseKey(key);
    const autoscaler = cache.get(namespace, name);
    if (!autoscaler) return;
    const conditions = autoscaler.status?.conditions ?? [];
    const found = await readScale(client, autoscaler);
    if ('error' in found) return failScale(autoscaler, found.error);
    const current = found.scale.spec.replicas ?? 0;
    const memory = memories.get(key) ?? firstMemory(current, clock.now());
    memories.set(key, memory);
    const look: Look = { autoscaler, scale: found.scale, current, memory, conditions, metrics: [] };
    say(
      look,
      'AbleToScale',
      'True',
      'SucceededGetScale',
      "the HPA controller was able to get the target's current scale",
    );
    const wish = await wishOf(look);
    if (!wish) return writeStatus(look, { desired: autoscaler.status?.desiredReplicas ?? 0, rescaled: false });
    const rescaled = wish.replicas !== current;
    if (!rescaled) return writeStatus(look, { desired: current, rescaled });
    const refusal = await writeScale(client, found.target, wish.replicas);
    return refusal ? failRescale(look, wish, refusal) : succeed(look, wish);
  }

  async function failScale(autoscaler: HorizontalPodAutoscaler, error: string): Promise<void> {
    warn(autoscaler, 'FailedGetScale', error);
    const message = `the HPA controller was unable to get the target's current scale: ${error}`;
    const condition: Condition = { type: 'AbleToScale', status: 'False', reason: 'FailedGetScale', message };
    const conditions = withCondition(autoscaler.status?.conditions ?? [], condition, timestamp(clock.now()));
    await store(autoscaler, { desiredReplicas: 0, ...autoscaler.status, conditions });
  }

  async function failRescale(look: Look, { replicas, reason }: Wish, refusal: ApiError): Promise<void> {
    warn(look.autoscaler, 'FailedRescale', `New size: ${replicas}; reason: ${reason}; error: ${refusal.message}`);
    const message = `the HPA controller was unable to update the target scale: ${refusal.message}`;
    say(look, 'AbleToScale', 'False', 'FailedUpdateScale', message);
    await writeStatus(look, { desired: look.autoscaler.status?.desiredReplicas ?? 0, rescaled: false });
  }

  async function succeed(look: Look, { replicas, reason }: Wish): Promise<void> {
    const { autoscaler, memory, current } = look;
    const message = `the HPA controller was able to update the target scale to ${replicas}`;
    say(look, 'AbleToScale', 'True', 'SucceededRescale', message);
    const text = `New size: ${replicas}; reason: ${reason}`;
    events.record(autoscaler, { type: 'Normal', reason: 'SuccessfulRescale', message: text });
    rememberScaling(memory, autoscaler, { from: current, to: replicas, now: clock.now() });
    await writeStatus(look, { desired: replicas, rescaled: true });
  }

  /** How many replicas there should be; `undefined` when nothing can be said. */
  async function wishOf(look: Look): Promise<Wish | undefined> {
    const { autoscaler, current } = look;
    const { maxReplicas, minReplicas = 1 } = autoscaler.spec;
    if (current === 0) {
      const message = 'scaling is disabled since the replica count of the target is zero';
      say(look, 'ScalingActive', 'False', 'ScalingDisabled', message);
      return { replicas: 0, reason: '' };
    }
    if (current > maxReplicas) {
      return { replicas: maxReplicas, reason: 'Current number of replicas above Spec.MaxReplicas' };
    }
    if (current < minReplicas) {
      return { replicas: minReplicas, reason: 'Current number of replicas below Spec.MinReplicas' };
    }
    const proposal = await proposalOf(look);
    if (!proposal) return undefined;
    const { replicas: desired, name } = proposal;
    const reason = desired > current ? `${name} above target` : desired < current ? 'All metrics below target' : '';
    return { replicas: normalised(look, desired, minReplicas), reason };
  }

  function normalised(look: Look, desired: number, minReplicas: number): number {
    const { autoscaler, memory, current } = look;
    const now = clock.now();
    const stable = stabilised(memory, autoscaler, { current, desired, now });
    const [reason, message] = stabilityOf(autoscaler, { stable, desired, current });
    say(look, 'AbleToScale', 'True', reason, message);
    const inputs = { autoscaler, memory, current, desired: stable, minReplicas, now };
    const limited = autoscaler.spec.behavior ? limitedByBehaviour(inputs) : limitedByDefault(inputs);
    const isLimited = limited.replicas === stable ? 'False' : 'True';
    say(look, 'ScalingLimited', isLimited, limited.reason, limited.message);
    return limited.replicas;
  }

  /** The highest that any metric asks for. With a metric that can't be read nothing is scaled down. */
  async function proposalOf(look: Look): Promise<{ replicas: number; name: string } | undefined> {
    const { autoscaler, current } = look;
    const pods = await podsOf(look);
    if (!pods) return undefined;
    const { selector, items } = pods;
    const specs = autoscaler.spec.metrics ?? [];
    const deps = { client, autoscaler, selector, pods: items, replicas: current, now: clock.now() };
    let best: { replicas: number; name: string } | undefined;
    const failures: { reason: string; error: string; context: string }[] = [];
    for (const spec of specs) {
      const reading = await readMetric(deps, spec);
      if ('error' in reading) {
        warn(autoscaler, reading.reason, reading.error);
        failures.push(reading);
        look.metrics.push({ type: '' });
      } else {
        look.metrics.push(reading.status);
        if (!best?.replicas || reading.replicas > best.replicas) best = reading;
      }
    }
    const [first] = failures;
    if (!first || (best && best.replicas >= current)) {
      const message = `the HPA was able to successfully calculate a replica count from ${best?.name ?? ''}`;
      say(look, 'ScalingActive', 'True', 'ValidMetricFound', message);
      return best ?? { replicas: 0, name: '' };
    }
    say(
      look,
      'ScalingActive',
      'False',
      first.reason,
      `the HPA was unable to compute the replica count: ${first.error}`,
    );
    const cause = first.context === '' ? first.error : `${first.context}: ${first.error}`;
    const count = `${failures.length} invalid out of ${specs.length}`;
    lateWarnings.set(look, `invalid metrics (${count}), first error is: ${cause}`);
    return undefined;
  }

  async function podsOf(look: Look): Promise<{ selector: string; items: Pod[] } | undefined> {
    const { selector = '' } = look.scale.status ?? {};
    if (selector === '') {
      warn(look.autoscaler, 'SelectorRequired', 'selector is required');
      say(look, 'ScalingActive', 'False', 'InvalidSelector', "the HPA target's scale is missing a selector");
      lateWarnings.set(look, 'selector is required');
      return undefined;
    }
    const { namespace = '' } = look.autoscaler.metadata;
    const { items } = await client.list<Pod>('pods', { namespace, labelSelector: selector });
    selectors.set(keyOf(look.autoscaler.metadata), selector);
    const controlling = await controllingPods(client, items, selectors);
    if (controlling.length < 2) return { selector, items };
    const message = `pods by selector ${selector} are controlled by multiple HPAs: [${controlling.join(' ')}]`;
    warn(look.autoscaler, 'AmbiguousSelector', message);
    say(look, 'ScalingActive', 'False', 'AmbiguousSelector', message);
    lateWarnings.set(look, message);
    return undefined;
  }

  /** The warning that sums up comes after the status has been written. */
  const lateWarnings = new WeakMap<Look, string>();

  async function writeStatus(look: Look, { desired, rescaled }: { desired: number; rescaled: boolean }) {
    const { autoscaler, current, conditions, metrics } = look;
    const lastScaleTime = rescaled ? timestamp(clock.now()) : autoscaler.status?.lastScaleTime;
    await store(autoscaler, {
      ...(lastScaleTime === undefined ? {} : { lastScaleTime }),
      currentReplicas: current,
      desiredReplicas: desired,
      currentMetrics: metrics,
      conditions,
    });
    const late = lateWarnings.get(look);
    if (late !== undefined) warn(autoscaler, 'FailedComputeMetricsReplicas', late);
  }

  async function store(autoscaler: HorizontalPodAutoscaler, status: NonNullable<HorizontalPodAutoscaler['status']>) {
    const next = { ...status, currentMetrics: status.currentMetrics?.length ? status.currentMetrics : null };
    if (canonicalJson(next) === canonicalJson(autoscaler.status)) return;
    await cache.update({ ...autoscaler, status: next }, { subresource: 'status' });
  }

  function say(look: Look, type: string, status: Condition['status'], reason: string, message: string): void {
    look.conditions = withCondition(look.conditions, { type, status, reason, message }, timestamp(clock.now()));
  }

  function warn(autoscaler: HorizontalPodAutoscaler, reason: string, message: string): void {
    events.record(autoscaler, { type: 'Warning', reason, message });
  }

  return {
    stop() {
      queue.stop();
      unfollow();
    },
  };
}

function stabilityOf(
  { spec }: HorizontalPodAutoscaler,
  { stable, desired, current }: { stable: number; desired: number; current: number },
): [reason: string, message: string] {
  if (stable === desired) return ['ReadyForNewScale', 'recommended size matches current size'];
  const isUp = spec.behavior !== undefined && desired >= current;
  const [others, which] = isUp ? ['lower', 'lowest'] : ['higher', 'highest'];
  return [
    isUp ? 'ScaleUpStabilized' : 'ScaleDownStabilized',
    `recent recommendations were ${others} than current one, applying the ${which} recent recommendation`,
  ];
}

/** Somebody else was faster; the next look is soon enough. */
function logged(error: unknown): void {
  if (!(error instanceof ApiError)) throw error;
}
