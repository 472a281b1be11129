import type { KubeObject, Pod, PodTemplate } from '../../../kubernetes/objects.ts';
import { forbidden, invalid } from '../status_error.ts';
import type { Backend } from '../verbs/write.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';
import { baselineChecks, restrictedChecks, securedPod } from './pod_security_checks.ts';

const prefix = 'pod-security.kubernetes.io/';
const levels = ['privileged', 'baseline', 'restricted'];
const modes = ['enforce', 'audit', 'warn'];
const workloads = [
  'deployments.apps',
  'replicasets.apps',
  'statefulsets.apps',
  'daemonsets.apps',
  'jobs.batch',
  'replicationcontrollers',
];

/** Holds pods to the level of safety that the labels of their namespace ask for. */
export const podSecurity: AdmissionPlugin = {
  resources: ['pods', 'namespaces', ...workloads],
  validate(request, backend) {
    if (request.subresource !== undefined) return;
    if (request.resourceName === 'namespaces') return checkLabels(request);
    const spec = specIn(request);
    if (!spec) return;
    const labels = labelsOf(request, backend);
    const level = (mode: string) => labels[`${prefix}${mode}`] ?? 'privileged';
    const shown = (mode: string) => `"${level(mode)}:${labels[`${prefix}${mode}-version`] ?? 'latest'}"`;
    if (request.resourceName === 'pods') {
      const why = violations(spec, level('enforce'));
      if (why) throw forbidden(request.resource, request.shownName, `violates PodSecurity ${shown('enforce')}: ${why}`);
    }
    const warned = violations(spec, level('warn'));
    if (warned) request.warn(`would violate PodSecurity ${shown('warn')}: ${warned}`);
  },
};

/** A pod's own changes are of no concern to its safety, but for its images. */
function specIn({ resourceName, operation, object }: AdmissionRequest): Pod['spec'] | undefined {
  if (resourceName === 'pods') return operation === 'CREATE' ? (object as Pod).spec : undefined;
  return (object as KubeObject & { spec?: { template?: PodTemplate } }).spec?.template?.spec;
}

function labelsOf({ namespace }: AdmissionRequest, { store, registry }: Backend): Record<string, string> {
  return store.get(registry.find('namespaces')!, '', namespace)?.metadata.labels ?? {};
}

/** All that a pod does against a level, in the order of a real server: `undefined` when it does nothing. */
function violations(spec: Pod['spec'], level: string): string | undefined {
  if (level === 'privileged') return undefined;
  const isRestricted = level === 'restricted';
  const overridden = isRestricted ? [...Object.keys(restrictedChecks), 'hostPathVolumes'] : [];
  const baseline = Object.entries(baselineChecks).filter(([name]) => !overridden.includes(name));
  const checks = [...baseline.map(([, check]) => check), ...(isRestricted ? Object.values(restrictedChecks) : [])];
  const pod = securedPod(spec);
  const problems = checks.map(check => check(pod)).filter(problem => problem !== undefined);
  return problems.length > 0 ? problems.join(', ') : undefined;
}

function checkLabels({ resource, object, before, shownName }: AdmissionRequest): void {
  const labels = object.metadata.labels ?? {};
  const causes = modes.flatMap(mode => {
    const key = `${prefix}${mode}`;
    const value = labels[key];
    if (value === undefined || levels.includes(value) || before?.metadata.labels?.[key] === value) return [];
    const message = `Invalid value: ${JSON.stringify(value)}: must be one of ${levels.join(', ')}`;
    return [{ reason: 'FieldValueInvalid', message, field: `metadata.labels[${key}]` }];
  });
  if (causes.length > 0) throw invalid(resource, shownName, causes);
}
