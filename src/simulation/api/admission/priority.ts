import type { PriorityClass } from '../../../kubernetes/kinds/policy.ts';
import type { Pod } from '../../../kubernetes/objects.ts';
import { forbidden } from '../status_error.ts';
import type { Backend } from '../verbs/write.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';

type PrioritisedPod = Pod & { spec: { priorityClassName?: string; priority?: number; preemptionPolicy?: string } };

const resources = ['pods', 'priorityclasses.scheduling.k8s.io'];

/** Turns the name of a priority class into a number, which nobody may choose. */
export const priority: AdmissionPlugin = {
  resources,
  mutate(request, backend) {
    if (request.resourceName !== 'pods' || request.subresource !== undefined) return;
    const { spec } = request.object as PrioritisedPod;
    if (request.operation === 'CREATE') return prioritise(spec, request, backend);
    const before = request.before as PrioritisedPod;
    if (before.spec.priority !== undefined) spec.priority ??= before.spec.priority;
    if (before.spec.preemptionPolicy !== undefined) spec.preemptionPolicy ??= before.spec.preemptionPolicy;
  },
  validate({ resourceName, resource, shownName, object }, backend) {
    if (resourceName === 'pods' || !(object as PriorityClass).globalDefault) return;
    const other = defaultClass(backend);
    if (!other || other.metadata.name === object.metadata.name) return;
    const why = `PriorityClass ${other.metadata.name} is already marked as default. Only one default can exist`;
    throw forbidden(resource, shownName, why);
  },
};

function prioritise(spec: PrioritisedPod['spec'], request: AdmissionRequest, backend: Backend): void {
  const { resource, shownName } = request;
  const found = spec.priorityClassName ? classNamed(request, backend, spec.priorityClassName) : defaultClass(backend);
  const value = found?.value ?? 0;
  const policy = found?.preemptionPolicy ?? 'PreemptLowerPriority';
  if (found) spec.priorityClassName = found.metadata.name;
  const computed = (what: string, given: unknown, of: unknown) =>
    `the ${what} (${given}) must not be provided in pod spec; priority admission controller computed ${of} from the given PriorityClass name`;
  if (spec.priority !== undefined && spec.priority !== value) {
    throw forbidden(resource, shownName, computed('integer value of priority', spec.priority, value));
  }
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
    throw forbidden(resource, shownName, computed('string value of PreemptionPolicy', spec.preemptionPolicy, policy));
  }
  spec.priority = value;
  spec.preemptionPolicy = policy;
}

function classNamed({ resource, shownName }: AdmissionRequest, backend: Backend, name: string): PriorityClass {
  const found = backend.store.get(classes(backend), '', name) as PriorityClass | undefined;
  if (found) return found;
  throw forbidden(resource, shownName, `no PriorityClass with name ${name} was found`);
}

function defaultClass(backend: Backend): PriorityClass | undefined {
  const defaults = (backend.store.list(classes(backend)) as PriorityClass[]).filter(one => one.globalDefault);
  return defaults.sort((a, b) => a.value - b.value)[0];
}

function classes({ registry }: Backend) {
  return registry.find('priorityclasses.scheduling.k8s.io')!;
}
