import type { HorizontalPodAutoscaler } from '../../kubernetes/kinds/autoscaling.ts';
import type { Deployment } from '../../kubernetes/objects.ts';
import { clip, plural } from './answer.ts';
import type { MetricReading } from './hpa_metrics.ts';

/** What an autoscaler would do if nothing held it. */
export interface Wish {
  current: number;
  desired: number;
  min: number;
  max: number;
  /** By what was measured, before the limits; `undefined` when nothing could be measured. */
  byMetrics: number | undefined;
}

/** Within this of its target a metric asks for nothing. */
const tolerance = 0.1;

export function wishOf({ spec, status }: HorizontalPodAutoscaler, readings: readonly MetricReading[]): Wish {
  const current = status?.currentReplicas ?? 0;
  const asked = readings.flatMap(({ ratio }) =>
    ratio === undefined ? [] : [Math.abs(ratio - 1) <= tolerance ? current : Math.ceil(current * ratio - 1e-9)],
  );
  return {
    current,
    desired: status?.desiredReplicas ?? 0,
    min: spec.minReplicas ?? 1,
    max: spec.maxReplicas,
    byMetrics: asked.length > 0 ? Math.max(...asked) : undefined,
  };
}

/** Why it doesn't do what its metrics ask for; empty when nothing is wrong. */
export function reasonsOf(hpa: HorizontalPodAutoscaler, wish: Wish, target: Deployment | undefined): string[] {
  const reasons = troubles(hpa);
  const { current, desired, max, min, byMetrics } = wish;
  const asks = byMetrics === undefined ? '' : ` The metrics ask for about ${byMetrics}.`;
  if (current >= max && (byMetrics ?? max + 1) > max && isLimited(hpa, 'TooManyReplicas')) {
    reasons.push(`AT ITS MAXIMUM of ${max}: it can't add pods.${asks}`);
  } else if (desired > current) {
    reasons.push(`It wants ${desired} but there are ${current}: pods are being added, or can't be created.`);
  } else if (byMetrics !== undefined && byMetrics > current && desired <= current && max > current) {
    reasons.push(`The metrics ask for about ${byMetrics}, more than ${desired}: ${heldBack(hpa)}.`);
  }
  if (isLimited(hpa, 'TooFewReplicas') && current <= min && (byMetrics ?? min) < min) {
    reasons.push(`At its minimum of ${min}: the metrics would do with fewer.`);
  }
  if (current === 0 && desired === 0) reasons.push('The target is scaled to 0: autoscaling is off until it has pods.');
  return [...reasons, ...missingRequests(hpa, target)];
}

/** Conditions that say something is wrong, in the controller's own words. */
function troubles({ status }: HorizontalPodAutoscaler): string[] {
  const bad = (status?.conditions ?? []).filter(
    ({ type, status: is }) => is === 'False' && (type === 'AbleToScale' || type === 'ScalingActive'),
  );
  const text = { AbleToScale: "It can't scale", ScalingActive: "It can't tell how many are needed" };
  const lines = bad
    .filter(({ reason }) => reason !== 'ScalingDisabled')
    .map(({ type, reason, message }) => {
      const what = text[type as keyof typeof text];
      return `${what} (${reason}): ${clip((message ?? '').replace(/\s+/g, ' '), 300)}`;
    });
  return status?.conditions === undefined ? ['Its controller has not looked at it yet.'] : lines;
}

function isLimited({ status }: HorizontalPodAutoscaler, reason: string): boolean {
  return !!status?.conditions?.some(
    each => each.type === 'ScalingLimited' && each.status === 'True' && each.reason === reason,
  );
}

function heldBack({ spec, status }: HorizontalPodAutoscaler): string {
  const up = spec.behavior?.scaleUp;
  if (up?.selectPolicy === 'Disabled') return 'scaling up is disabled in its behavior';
  const window = up?.stabilizationWindowSeconds ?? 0;
  if (window > 0) return `it waits ${window}s before it scales up (stabilizationWindowSeconds)`;
  const limited = status?.conditions?.find(({ type, status: is }) => type === 'ScalingLimited' && is === 'True');
  return limited
    ? `limited (${limited.reason}): ${clip(limited.message ?? '', 160)}`
    : 'it will be seen at its next look';
}

/** A share of the requests can't be told where nothing is requested. */
function missingRequests({ spec }: HorizontalPodAutoscaler, target: Deployment | undefined): string[] {
  const shares = (spec.metrics ?? []).flatMap(({ resource, containerResource }) => {
    const metric = resource ?? containerResource;
    return metric?.target.averageUtilization === undefined
      ? []
      : [{ name: metric.name, only: containerResource?.container }];
  });
  return shares.flatMap(({ name, only }) => {
    const without = (target?.spec.template?.spec.containers ?? [])
      .filter(each => (only === undefined || each.name === only) && !isRequested(each.resources, name))
      .map(each => each.name);
    if (without.length === 0) return [];
    const which = `${without.length === 1 ? 'Container' : 'Containers'} ${without.join(', ')}`;
    return [
      `${which} of the target ${without.length === 1 ? 'requests' : 'request'} no ${name}, so its share can't be told: set requests.${name}.`,
    ];
  });
}

/** A limit without a request is a request too. */
function isRequested(
  resources: { requests?: Record<string, string>; limits?: Record<string, string> } | undefined,
  name: string,
): boolean {
  return (resources?.requests?.[name] ?? resources?.limits?.[name]) !== undefined;
}

export function replicasText({ current, desired, min, max }: Wish): string {
  return `${plural(current, 'replica')}, wants ${desired}, allowed ${min} to ${max}`;
}
