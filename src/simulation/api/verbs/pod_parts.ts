import type { Container, KubeObject, Pod } from '../../../kubernetes/objects.ts';
import { clone } from '../json.ts';
import { unmanaged } from './tracked.ts';

type Changing = Pod & { spec: Pod['spec'] & { ephemeralContainers?: unknown } };

/** What of a running pod can be changed by a subresource of its own, and by nothing else. */
export function podPartChange(
  part: 'ephemeralcontainers' | 'resize',
  current: KubeObject,
  next: KubeObject,
): KubeObject {
  const merged = clone(unmanaged(current)) as Changing;
  const wanted = next as Changing;
  if (part === 'ephemeralcontainers') {
    if (wanted.spec?.ephemeralContainers) merged.spec.ephemeralContainers = wanted.spec.ephemeralContainers;
    return merged;
  }
  merged.spec.containers = merged.spec.containers.map(container => resized(container, wanted.spec?.containers ?? []));
  return merged;
}

function resized(container: Container, wanted: readonly Container[]): Container {
  const { resources } = wanted.find(({ name }) => name === container.name) ?? {};
  return resources ? { ...container, resources: clone(resources) } : container;
}
