import { kinds } from '../../kubernetes/kinds.ts';
import type { Deployment, Pod, Service } from '../../kubernetes/objects.ts';
import { age } from './answer.ts';
import { closestLabels } from './closest_labels.ts';
import { mostPods } from './subject.ts';
import type { Senses } from './tool.ts';
import { writersOf } from './writers.ts';

/** Who else could have been meant: pods whose labels come close, or a workload that has no pods now. */
export async function whyNoPod(namespace: string, service: Service, senses: Senses): Promise<string[]> {
  const { cluster, clock, signal } = senses;
  const query = { namespace, fromCache: true };
  const [pods, deployments, sets] = await Promise.all([
    cluster.list<Pod>(kinds.pod, { ...query, limit: mostPods }, signal),
    cluster.list<Deployment>(kinds.deployment, { ...query, limit: 500 }, signal),
    cluster.list<Deployment>(kinds.statefulSet, { ...query, limit: 500 }, signal),
  ]);
  const wanted = Object.entries(service.spec.selector ?? {});
  const matching = (items: Deployment[]) =>
    items.filter(({ spec: { template } }) =>
      wanted.every(([key, value]) => template.metadata?.labels?.[key] === value),
    );
  const without = [
    ...matching(deployments.items).map(item => ({ item, kind: 'Deployment' })),
    ...matching(sets.items).map(item => ({ item, kind: 'StatefulSet' })),
  ];
  const [writer] = writersOf(service, ['spec', 'selector']);
  return [
    ...without.map(
      ({ item, kind }) =>
        `${kind} ${item.metadata.name} would match, but has no pods: it wants ${item.spec.replicas ?? 1}.`,
    ),
    ...(without.length > 0 ? [] : closestLabels(service.spec.selector ?? {}, pods.items)),
    ...(writer
      ? [`Its selector was written by ${writer.name}, whose last change here was ${age(writer.time, clock.now())} ago.`]
      : []),
  ];
}
