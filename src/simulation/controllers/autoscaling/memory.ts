import type { HorizontalPodAutoscaler, ScalingRules } from '../../../kubernetes/kinds/autoscaling.ts';

export interface ScaleEvent {
  change: number;
  at: number;
}

/** What an autoscaler recommended, and did, a short while ago. */
export interface Remembered {
  recommendations: { replicas: number; at: number }[];
  ups: ScaleEvent[];
  downs: ScaleEvent[];
}

const defaultDownWindow = 300;

export function firstMemory(replicas: number, at: number): Remembered {
  return { recommendations: [{ replicas, at }], ups: [], downs: [] };
}

/**
 * The recommendation after a look back: down only to the highest of the recent ones, up only to the lowest. Remembers
 * the one that came in.
 */
export function stabilised(
  memory: Remembered,
  { spec }: HorizontalPodAutoscaler,
  { current, desired, now }: { current: number; desired: number; now: number },
): number {
  const downWindow = (spec.behavior?.scaleDown?.stabilizationWindowSeconds ?? defaultDownWindow) * 1000;
  const upWindow = (spec.behavior?.scaleUp?.stabilizationWindowSeconds ?? 0) * 1000;
  const recent = memory.recommendations.filter(({ at }) => at >= now - Math.max(downWindow, upWindow));
  memory.recommendations = [...recent, { replicas: desired, at: now }];
  if (!spec.behavior) return Math.max(desired, ...recent.map(({ replicas }) => replicas));
  const highest = Math.max(
    desired,
    ...recent.filter(({ at }) => at > now - downWindow).map(({ replicas }) => replicas),
  );
  const lowest = Math.min(desired, ...recent.filter(({ at }) => at > now - upWindow).map(({ replicas }) => replicas));
  return Math.min(Math.max(current, lowest), highest);
}

/** Only the rules of an autoscaler ask later what was done. */
export function rememberScaling(
  memory: Remembered,
  { spec }: HorizontalPodAutoscaler,
  { from, to, now }: { from: number; to: number; now: number },
): void {
  if (!spec.behavior) return;
  const rules = to > from ? spec.behavior.scaleUp : spec.behavior.scaleDown;
  const oldest = now - longestPeriod(rules) * 1000;
  const events = to > from ? memory.ups : memory.downs;
  const kept = [...events.filter(({ at }) => at >= oldest), { change: Math.abs(to - from), at: now }];
  if (to > from) memory.ups = kept;
  else memory.downs = kept;
}

function longestPeriod(rules: ScalingRules | undefined): number {
  return Math.max(0, ...(rules?.policies ?? []).map(({ periodSeconds }) => periodSeconds));
}
