import type { Pod } from '../../kubernetes/objects.ts';
import { timestamp } from '../../lib/timestamp.ts';
import { ApiError } from '../api/client.ts';
import { isGone } from '../controllers/gone.ts';
import type { Refusal } from './admission.ts';
import type { NodeContext } from './node_context.ts';
import { kubeletConditions } from './pod_status.ts';

const retryMs = 10_000;

/** A pod that the node doesn't take has failed. The API is told until it has heard it. */
export async function rejectPod(node: NodeContext, pod: Pod, refusal: Refusal): Promise<void> {
  const { client, clock, events } = node;
  const { reason, message } = refusal;
  events.record(pod, { type: 'Warning', reason, message });
  const { name, namespace = '', uid, generation } = pod.metadata;
  const kept = (pod.status?.conditions ?? []).filter(({ type }) => !kubeletConditions.has(type));
  const status = {
    phase: 'Failed',
    reason,
    message: `Pod was rejected: ${message}`,
    conditions: kept.length > 0 ? kept : null,
    startTime: timestamp(clock.now()),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
  const change = { type: 'merge' as const, body: { metadata: { uid }, status }, subresource: 'status' };
  for (;;) {
    try {
      await client.patch<Pod>({ resource: 'pods', name, namespace }, change);
      return;
    } catch (error) {
      if (isGone(error)) return;
      if (!(error instanceof ApiError)) throw error;
      await clock.sleep(retryMs, node.stopped);
    }
  }
}
