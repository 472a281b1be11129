import { kinds } from '../../kubernetes/kinds.ts';
import type { Deployment, KubeEvent } from '../../kubernetes/objects.ts';
import { age } from './answer.ts';
import { managersOf } from './outside_changes.ts';
import type { Senses } from './tool.ts';

const mostLines = 3;

/** How the number of replicas was changed, as far as events and fields tell: by an autoscaler, or by somebody. */
export async function scaleLines(workload: Deployment, { cluster, clock, signal }: Senses): Promise<string[]> {
  const { namespace = '', name } = workload.metadata;
  const query = { namespace, fieldSelector: `involvedObject.name=${name}`, limit: 200 };
  const { items } = await cluster.list<KubeEvent>(kinds.event, query, signal);
  const rescaled = items
    .filter(({ reason, involvedObject }) => involvedObject.name === name && reason === 'SuccessfulRescale')
    .map(event => ({ at: event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? '', event }))
    .toSorted((a, b) => (a.at < b.at ? 1 : -1))
    .map(({ at, event }) => `Scaled by its autoscaler ${age(at, clock.now())} ago: ${event.message}`);
  const byHand = managersOf(workload)
    .filter(({ subresource, name: manager }) => subresource === 'scale' && manager !== 'kube-controller-manager')
    .map(({ name: manager, time }) => `Scaled by ${manager}, ${age(time, clock.now())} ago.`);
  return [...byHand, ...rescaled].slice(0, mostLines);
}
