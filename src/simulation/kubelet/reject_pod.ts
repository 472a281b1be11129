import type { Pod } from '../../kubernetes/objects.ts';
import { timestamp } from '../../lib/timestamp.ts';
import { ignoreGone } from '../controllers/gone.ts';
import type { Refusal } from './admission.ts';
import type { NodeContext } from './node_context.ts';

/** A pod that the node doesn't take has failed. */
export async function rejectPod({ client, clock, events }: NodeContext, pod: Pod, refusal: Refusal): Promise<void> {
  const { reason, message } = refusal;
  events.record(pod, { type: 'Warning', reason, message });
  const { name, namespace = '', uid } = pod.metadata;
  const status = {
    phase: 'Failed',
    reason,
    message: `Pod was rejected: ${message}`,
    startTime: timestamp(clock.now()),
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
  };
  const body = { metadata: { uid }, status };
  await client
    .patch<Pod>({ resource: 'pods', name, namespace }, { type: 'merge', body, subresource: 'status' })
    .catch(ignoreGone);
}
