import type { Pod, Service } from '../../../kubernetes/objects.ts';
import { podCondition } from '../pods.ts';
import { keyOf } from '../queue.ts';

export const triggerAnnotation = 'endpoints.kubernetes.io/last-change-trigger-time';

/** Remembers what endpoints were last made of, and says since when the oldest change has been waiting for them. */
export interface TriggerTimes {
  /** The time of the earliest change since the last call for this service. */
  next(service: Service, pods: readonly Pod[]): string | undefined;
  forget(key: string): void;
}

export function createTriggerTimes(): TriggerTimes {
  const seen = new Map<string, { service: string; pods: Map<string, string> }>();

  return {
    next(service, pods) {
      const key = keyOf(service.metadata);
      const before = seen.get(key);
      const now = { service: service.metadata.creationTimestamp ?? '', pods: new Map<string, string>() };
      const changes = now.service > (before?.service ?? '') ? [now.service] : [];
      for (const pod of pods) {
        const time = podCondition(pod, 'Ready')?.lastTransitionTime;
        if (time === undefined) continue;
        now.pods.set(pod.metadata.name, time);
        if (time > (before?.pods.get(pod.metadata.name) ?? '')) changes.push(time);
      }
      seen.set(key, now);
      return changes.sort()[0];
    },
    forget: key => void seen.delete(key),
  };
}

/** The annotations with the time of the change, or without any. */
export function triggered(
  annotations: Record<string, string> | undefined,
  time: string | undefined,
): Record<string, string> {
  const { [triggerAnnotation]: _, ...others } = annotations ?? {};
  return time === undefined ? others : { ...others, [triggerAnnotation]: time };
}
