import { type Amounts, amountOf, amountText, minus, sumOf } from '../../kubernetes/kinds/amount.ts';
import type { HorizontalPodAutoscaler } from '../../kubernetes/kinds/autoscaling.ts';
import type { ResourceQuota } from '../../kubernetes/kinds/policy.ts';
import { isInScopes, usageOf } from '../../kubernetes/kinds/quota_usage.ts';
import type { Pod } from '../../kubernetes/objects.ts';
import type { ScalingTarget } from '../../kubernetes/scaling_target.ts';

/** Something besides the nodes that bounds how many pods there can be. */
export interface ScalingLimit {
  limit: 'quota' | 'autoscaler' | 'storage';
  /** How many further pods it allows; nothing when it only has something to say. */
  allows?: number;
  text: string;
}

/** By each quota that is about these pods, or about the claims that they bring. */
export function quotaLimits(
  target: ScalingTarget,
  pod: Pod,
  quotas: readonly ResourceQuota[],
  now: number,
): ScalingLimit[] {
  const claims = target.claimTemplates.map(template => usageOf('persistentvolumeclaims', template, now));
  return quotas.flatMap(quota => {
    const isMeant = isInScopes(quota, 'pods', withClass(pod));
    const ofPod = isMeant ? usageOf('pods', pod, now) : {};
    const unsaid = isMeant ? unsaidBy(pod, quota) : undefined;
    if (unsaid !== undefined) return [unsaid];
    const ofClaims = quota.spec.scopes || quota.spec.scopeSelector ? [] : claims;
    return limitOf(quota, ofClaims.reduce(sumOf, ofPod));
  });
}

/** A quota of these refuses pods with a container that doesn't say how much it wants. */
const toBeSaid = /^(?:(requests|limits)\.)?(cpu|memory)$/;

function unsaidBy({ spec }: Pod, { metadata, spec: { hard } }: ResourceQuota): ScalingLimit | undefined {
  for (const name of Object.keys(hard ?? {})) {
    const [, part = 'requests', resource = ''] = toBeSaid.exec(name) ?? [];
    const silent = [...spec.containers, ...(spec.initContainers ?? [])].find(
      ({ resources }) => resources?.[part as 'requests' | 'limits']?.[resource] === undefined,
    );
    if (resource === '' || !silent) continue;
    const text = `Quota ${metadata.name} refuses every pod: container ${silent.name} must specify ${part}.${resource}.`;
    return { limit: 'quota', allows: 0, text };
  }
  return undefined;
}

/** Which class of service the pod is in decides whether some quotas are about it. */
function withClass(pod: Pod): Pod {
  const asks = pod.spec.containers.some(
    ({ resources }) => Object.keys({ ...resources?.requests, ...resources?.limits }).length > 0,
  );
  return { ...pod, status: { phase: 'Pending', qosClass: asks ? 'Burstable' : 'BestEffort' } };
}

/** The tightest of its resources. */
function limitOf({ metadata, spec, status }: ResourceQuota, each: Amounts): ScalingLimit[] {
  const counted = Object.entries(spec.hard ?? {}).flatMap(([name, hard]) => {
    const one = each[name];
    if (!one || one.nano <= 0n) return [];
    const used = amountOf(status?.used?.[name]);
    const left = minus(amountOf(hard), used).nano;
    const allows = left <= 0n ? 0 : Number(left / one.nano);
    return [{ allows, text: `${name} ${amountText(used)} of ${hard} used, ${amountText(one)} a pod` }];
  });
  const [tightest] = counted.sort((a, b) => a.allows - b.allows);
  if (!tightest) return [];
  const { allows, text } = tightest;
  return [{ limit: 'quota', allows, text: `Quota ${metadata.name} allows ${allows} further pods (${text}).` }];
}

export function autoscalerLimit(
  { kind, name, pods }: ScalingTarget,
  wanted: number,
  autoscalers: readonly HorizontalPodAutoscaler[],
): ScalingLimit[] {
  const hpa = autoscalers.find(({ spec: { scaleTargetRef: ref } }) => ref.kind === kind && ref.name === name);
  if (!hpa) return [];
  const { minReplicas: min = 1, maxReplicas: max } = hpa.spec;
  const bounds = `HPA ${hpa.metadata.name} scales it between ${min} and ${max}`;
  const fate = wanted > max ? `would set ${wanted} back to ${max}` : 'sets the number itself by its metrics';
  return [{ limit: 'autoscaler', allows: Math.max(0, max - pods.length), text: `${bounds}: it ${fate}.` }];
}
