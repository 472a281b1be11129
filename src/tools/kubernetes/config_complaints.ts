import type { KubeEvent, Pod } from '../../kubernetes/objects.ts';
import { clip } from './answer.ts';

/** What pods and the kubelet say about ConfigMaps and Secrets that are not as they ought to be, each thing once. */
export function configComplaints(pods: readonly Pod[], events: readonly KubeEvent[]): string[] {
  const waiting = pods.flatMap(({ status }) =>
    [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].flatMap(
      ({ state }) => state?.waiting?.message ?? [],
    ),
  );
  const names = new Set(pods.map(({ metadata }) => metadata.name));
  const reported = events
    .filter(({ involvedObject }) => names.has(involvedObject.name))
    .map(({ message = '' }) => message);
  const about = [...waiting, ...reported].filter(text => /\b(secrets?|configmaps?)\b/i.test(text));
  return [...new Set(about.map(text => clip(text.replace(/\s+/g, ' ').trim(), 240)))];
}
