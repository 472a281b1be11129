import type { HorizontalPodAutoscaler, ScalingRules } from '../../../kubernetes/kinds/autoscaling.ts';
import type { Remembered, ScaleEvent } from './memory.ts';

/** How many replicas there will be, and what that says about the wish. */
export interface Limited {
  replicas: number;
  reason: string;
  message: string;
}

export interface LimitInputs {
  autoscaler: HorizontalPodAutoscaler;
  memory: Remembered;
  current: number;
  desired: number;
  minReplicas: number;
  now: number;
}

const within = { reason: 'DesiredWithinRange', message: 'the desired count is within the acceptable range' };
const tooMany = {
  reason: 'TooManyReplicas',
  message: 'the desired replica count is more than the maximum replica count',
};
const tooFew = {
  reason: 'TooFewReplicas',
  message: 'the desired replica count is less than the minimum replica count',
};
const tooFastUp = {
  reason: 'ScaleUpLimit',
  message: 'the desired replica count is increasing faster than the maximum scale rate',
};
const tooFastDown = {
  reason: 'ScaleDownLimit',
  message: 'the desired replica count is decreasing faster than the maximum scale rate',
};

/** Without rules of its own, an autoscaler at most doubles, or goes to four. */
export function limitedByDefault({ autoscaler, current, desired, minReplicas }: LimitInputs): Limited {
  const { maxReplicas } = autoscaler.spec;
  const fastest = Math.max(2 * current, 4);
  const [most, why] = maxReplicas > fastest ? [fastest, tooFastUp] : [maxReplicas, tooMany];
  if (desired < minReplicas) return { replicas: minReplicas, ...tooFew };
  return desired > most ? { replicas: most, ...why } : { replicas: desired, ...within };
}

export function limitedByBehaviour(inputs: LimitInputs): Limited {
  const { autoscaler, current, desired, minReplicas } = inputs;
  const { scaleUp = {}, scaleDown = {} } = autoscaler.spec.behavior ?? {};
  if (desired > current) {
    const fastest = Math.max(current, rateLimit(inputs, scaleUp, 'up'));
    const { maxReplicas } = autoscaler.spec;
    const [most, why] = maxReplicas > fastest ? [fastest, tooFastUp] : [maxReplicas, tooMany];
    if (desired > most) return { replicas: most, ...why };
  } else if (desired < current) {
    const fastest = Math.min(current, rateLimit(inputs, scaleDown, 'down'));
    const [least, why] = minReplicas < fastest ? [fastest, tooFastDown] : [minReplicas, tooFew];
    if (desired < least) return { replicas: least, ...why };
  }
  return { replicas: desired, ...within };
}

/** The farthest that the policies let the count go, given what was changed in each policy's period. */
function rateLimit({ memory, current, now }: LimitInputs, rules: ScalingRules, direction: 'up' | 'down'): number {
  if (rules.selectPolicy === 'Disabled') return current;
  const proposals = (rules.policies ?? []).map(({ type, value, periodSeconds }) => {
    const since = now - periodSeconds * 1000;
    const start = current - changedSince(memory.ups, since) + changedSince(memory.downs, since);
    if (type === 'Pods') return direction === 'up' ? start + value : start - value;
    return direction === 'up' ? Math.ceil(start * (1 + value / 100)) : Math.trunc(start * (1 - value / 100));
  });
  const wantsFarthest = rules.selectPolicy !== 'Min';
  return wantsFarthest === (direction === 'up') ? Math.max(...proposals) : Math.min(...proposals);
}

function changedSince(events: readonly ScaleEvent[], since: number): number {
  return events.filter(({ at }) => at > since).reduce((sum, { change }) => sum + change, 0);
}
