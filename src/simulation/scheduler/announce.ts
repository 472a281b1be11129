import type { Condition, Pod } from '../../kubernetes/objects.ts';
import type { Clock } from '../../lib/clock.ts';
import { timestamp } from '../../lib/timestamp.ts';
import type { ApiClient } from '../api/client.ts';
import { ignoreGone } from '../controllers/gone.ts';
import { podCondition } from '../controllers/pods.ts';
import type { SeriesRecorder } from './series_recorder.ts';

/** Tells the world what the scheduler has decided. */
export interface Announcer {
  placed(pod: Pod, node: string): void;
  /** `nominatedNode` is where room is being made; empty when there is none any more. */
  refused(pod: Pod, message: string, nominatedNode?: string): Promise<void>;
  /** Sends `victim` away, so that `pod` fits. */
  preempt(victim: Pod, pod: Pod, node: string): Promise<void>;
}

export function createAnnouncer(deps: { client: ApiClient; clock: Clock; events: SeriesRecorder }): Announcer {
  const { client, clock, events } = deps;

  async function setCondition(pod: Pod, condition: Condition, more: Record<string, unknown> = {}): Promise<void> {
    const { name, namespace = '', uid } = pod.metadata;
    const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== condition.type);
    const body = { metadata: { uid }, status: { ...more, conditions: [...others, condition] } };
    await client
      .patch<Pod>({ resource: 'pods', name, namespace }, { type: 'merge', body, subresource: 'status' })
      .catch(ignoreGone);
  }

  return {
    placed(pod, node) {
      const { namespace, name } = pod.metadata;
      const message = `Successfully assigned ${namespace}/${name} to ${node}`;
      events.record(pod, { type: 'Normal', reason: 'Scheduled', action: 'Binding', message });
    },
    async refused(pod, message, nominatedNode) {
      events.record(pod, { type: 'Warning', reason: 'FailedScheduling', action: 'Scheduling', message });
      const before = podCondition(pod, 'PodScheduled');
      const isNews = nominatedNode !== undefined && nominatedNode !== (pod.status?.nominatedNodeName ?? '');
      if (before?.status === 'False' && before.message === message && !isNews) return;
      const since = before?.status === 'False' ? before.lastTransitionTime : undefined;
      const condition: Condition = {
        type: 'PodScheduled',
        ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
        status: 'False',
        reason: 'Unschedulable',
        message,
        lastTransitionTime: since ?? timestamp(clock.now()),
      };
      await setCondition(pod, condition, {
        phase: 'Pending',
        ...(isNews ? { nominatedNodeName: nominatedNode || null } : {}),
      });
    },
    async preempt(victim, pod, node) {
      if (victim.metadata.deletionTimestamp !== undefined) return;
      await setCondition(victim, {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'PreemptionByScheduler',
        message: 'default-scheduler: preempting to accommodate a higher priority pod',
        lastTransitionTime: timestamp(clock.now()),
      });
      const { name, namespace = '', uid = '' } = victim.metadata;
      await client.delete({ resource: 'pods', name, namespace }, { preconditions: { uid } }).catch(ignoreGone);
      const message = `Preempted by pod ${pod.metadata.uid} on node ${node}`;
      events.record(victim, { type: 'Normal', reason: 'Preempted', action: 'Preempting', message });
    },
  };
}
