import type { KubeObject } from '../../../kubernetes/objects.ts';
import type { User } from '../auth/user.ts';
import type { Resource } from '../resource.ts';
import { qualifiedName } from '../status_error.ts';
import type { Backend } from '../verbs/write.ts';
import { claimResize } from './claim_resize.ts';
import { defaultIngressClass } from './default_ingress_class.ts';
import { defaultStorageClass } from './default_storage_class.ts';
import { defaultTolerations } from './default_tolerations.ts';
import { limitRanger } from './limit_ranger.ts';
import { podSecurity } from './pod_security.ts';
import { priority } from './priority.ts';
import { resourceQuota } from './resource_quota.ts';
import { roleEscalation } from './role_escalation.ts';
import { runtimeClass } from './runtime_class.ts';
import { serviceAccount } from './service_account.ts';
import { serviceAddresses } from './service_addresses.ts';
import { topologyLabels } from './topology_labels.ts';

/** A write, as those see it who have a say in it. */
export interface AdmissionRequest {
  operation: 'CREATE' | 'UPDATE';
  resource: Resource;
  /** `pods`, `deployments.apps`. */
  resourceName: string;
  subresource: string | undefined;
  namespace: string;
  /** What a refusal calls the object: its name, or what its name is to begin with. */
  shownName: string;
  /** The object as it is to be; `mutate` may change it. */
  object: KubeObject;
  before: KubeObject | undefined;
  /** Nobody in particular: those who live in this process may do everything. */
  user: User | undefined;
  dryRun: boolean;
  /** Tells the client something without refusing. */
  warn(text: string): void;
}

export interface AdmissionPlugin {
  /** The resources that it looks at; without, all. */
  resources?: readonly string[];
  mutate?(request: AdmissionRequest, backend: Backend): void;
  /** Throws ApiError where it refuses. */
  validate?(request: AdmissionRequest, backend: Backend): void;
}

/** In the order of a real server. The quota comes last: it counts what nobody else refuses any more. */
const plugins: readonly AdmissionPlugin[] = [
  limitRanger,
  serviceAccount,
  podSecurity,
  priority,
  defaultTolerations,
  topologyLabels,
  defaultStorageClass,
  claimResize,
  runtimeClass,
  defaultIngressClass,
  roleEscalation,
  serviceAddresses,
  resourceQuota,
];

export function requestFor(
  given: Pick<AdmissionRequest, 'operation' | 'resource' | 'object' | 'shownName'> &
    Partial<Pick<AdmissionRequest, 'before' | 'subresource' | 'user' | 'dryRun'>> & {
      warn?: ((text: string) => void) | undefined;
    },
): AdmissionRequest {
  return {
    before: undefined,
    subresource: undefined,
    user: undefined,
    dryRun: false,
    resourceName: qualifiedName(given.resource),
    namespace: given.object.metadata.namespace ?? '',
    ...given,
    warn: given.warn ?? (() => undefined),
  };
}

/** Throws ApiError where somebody refuses. By now an object has the name that was made for it. */
export function admit(backend: Backend, prepared: AdmissionRequest): void {
  const request = { ...prepared, shownName: prepared.object.metadata.name };
  for (const plugin of plugins) if (plugin.validate && concerns(plugin, request)) plugin.validate(request, backend);
}

function concerns({ resources }: AdmissionPlugin, { resourceName }: AdmissionRequest): boolean {
  return resources === undefined || resources.includes(resourceName);
}

/** What plugins make of an object that has its defaults; validation comes after it. False: nobody looked at it. */
export function prepare(backend: Backend, request: AdmissionRequest): boolean {
  const concerned = plugins.filter(plugin => plugin.mutate && concerns(plugin, request));
  for (const plugin of concerned) plugin.mutate?.(request, backend);
  return concerned.length > 0;
}
