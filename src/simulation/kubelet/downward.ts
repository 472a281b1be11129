import type { DownwardItem, ResourceFieldRef } from '../../kubernetes/kinds/pods.ts';
import type { Container, Pod, ResourceList } from '../../kubernetes/objects.ts';
import { parseQuantity } from '../../kubernetes/quantity.ts';

/** What a pod can be told about itself. */
export interface Self {
  pod: Pod;
  podIP: string;
  hostIP: string;
  allocatable: ResourceList;
}

export function fieldValue({ pod, podIP, hostIP }: Self, path: string): string {
  const { metadata, spec } = pod;
  const subscript = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (subscript) return metadata[subscript[1] === 'labels' ? 'labels' : 'annotations']?.[subscript[2] ?? ''] ?? '';
  const values: Record<string, string | undefined> = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
    'metadata.uid': metadata.uid,
    'metadata.labels': lines(metadata.labels),
    'metadata.annotations': lines(metadata.annotations),
    'spec.nodeName': spec.nodeName,
    'spec.serviceAccountName': spec.serviceAccountName,
    'status.podIP': podIP,
    'status.podIPs': podIP,
    'status.hostIP': hostIP,
    'status.hostIPs': hostIP,
  };
  return values[path] ?? '';
}

function lines(map: Record<string, string> = {}): string {
  return Object.keys(map)
    .sort()
    .map(key => `${key}=${JSON.stringify(map[key])}`)
    .join('\n');
}

/** A request or limit in units of the divisor, rounded up. Without a limit it is what the node has. */
export function resourceValue(self: Self, ref: ResourceFieldRef, own: Container): string {
  const all = [...self.pod.spec.containers, ...(self.pod.spec.initContainers ?? [])];
  const container = all.find(({ name }) => name === ref.containerName) ?? own;
  const [kind = '', resource = ''] = ref.resource.split('.');
  const list = kind === 'limits' ? container.resources?.limits : container.resources?.requests;
  const text = list?.[resource] ?? (kind === 'limits' ? self.allocatable[resource] : undefined) ?? '0';
  const divisor = parseQuantity(ref.divisor ?? '1') || 1;
  return String(Math.ceil(Math.round(((parseQuantity(text) ?? 0) / divisor) * 1e6) / 1e6));
}

export function downwardFiles(self: Self, items: readonly DownwardItem[] = []): Record<string, string> {
  const [own] = self.pod.spec.containers;
  return Object.fromEntries(
    items.map(({ path, fieldRef, resourceFieldRef }) => {
      if (fieldRef) return [path, fieldValue(self, fieldRef.fieldPath)];
      return [path, resourceFieldRef && own ? resourceValue(self, resourceFieldRef, own) : ''];
    }),
  );
}
