import type { Container, KubeObject, Pod } from '../../../kubernetes/objects.ts';
import type { StatusCause } from '../client.ts';
import { clone } from '../json.ts';
import type { Resource } from '../resource.ts';
import { invalid } from '../status_error.ts';
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

/** A pod stays of the class that it is of, and its node has to know how. */
export function requireResizable(resource: Resource, current: KubeObject, resized: KubeObject): void {
  const [before, after] = [current as Pod, resized as Pod];
  const causes: StatusCause[] = [];
  const { qosClass } = before.status ?? {};
  if (qosClass !== after.status?.qosClass) {
    const message = `Invalid value: ${JSON.stringify(qosClass)}: Pod QOS Class may not change as a result of resizing`;
    causes.push({ reason: 'FieldValueInvalid', message, field: 'spec' });
  }
  const running = before.status?.containerStatuses?.find(({ state }) => state?.running !== undefined);
  if (running && !('resources' in running)) {
    const message = 'Forbidden: Pod running on node without support for resize';
    causes.push({ reason: 'FieldValueForbidden', message, field: 'spec' });
  }
  if (causes.length > 0) throw invalid(resource, current.metadata.name, causes);
}
