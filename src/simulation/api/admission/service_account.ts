import type { ServiceAccount } from '../../../kubernetes/kinds/access.ts';
import type { Container, Pod } from '../../../kubernetes/objects.ts';
import { forbidden } from '../status_error.ts';
import type { Backend } from '../verbs/write.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';

const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount';
const volumePrefix = 'kube-api-access-';
const tokenSeconds = 3607;

type FullPod = Pod & {
  spec: {
    serviceAccount?: string;
    automountServiceAccountToken?: boolean;
    imagePullSecrets?: { name?: string }[];
  };
};

/** Every pod runs as a service account of its namespace, which has to be there, and can show its token. */
export const serviceAccount: AdmissionPlugin = {
  resources: ['pods'],
  mutate(request, backend) {
    if (request.operation !== 'CREATE' || request.subresource !== undefined) return;
    const pod = request.object as FullPod;
    const { spec } = pod;
    if (pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) return;
    spec.serviceAccountName ||= spec.serviceAccount || 'default';
    spec.serviceAccount = spec.serviceAccountName;
    const account = accountOf(request, backend, spec.serviceAccountName);
    if (spec.automountServiceAccountToken ?? account?.automountServiceAccountToken ?? true) mountToken(pod, backend);
    const secrets = account?.imagePullSecrets ?? [];
    if (!spec.imagePullSecrets?.length && secrets.length > 0) spec.imagePullSecrets = structuredClone(secrets);
  },
};

/**
 * The default account of a namespace is made by a controller a moment after the namespace; a real server waits for it.
 * This one can't wait: until it is there, it counts as being there.
 */
function accountOf(
  { namespace, resource, shownName }: AdmissionRequest,
  { store, registry }: Backend,
  name: string,
): ServiceAccount | undefined {
  const found = store.get(registry.find('serviceaccounts')!, namespace, name) as ServiceAccount | undefined;
  if (found || name === 'default') return found;
  const why = `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`;
  throw forbidden(resource, shownName, why);
}

function mountToken(pod: FullPod, { identities }: Backend): void {
  const { spec } = pod;
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  const without = containers.filter(({ volumeMounts }) => !volumeMounts?.some(mount => mount.mountPath === tokenPath));
  if (without.length === 0) return;
  const known = spec.volumes?.find(volume => volume.name.startsWith(volumePrefix));
  const name = known?.name ?? identities.nextName(volumePrefix, isFirstChoice());
  for (const container of without) addMount(container, name);
  if (!known) spec.volumes = [...(spec.volumes ?? []), { name, projected: tokenSource() } as never];
}

/** The first choice is the pod's own suffix, where its name was generated. */
function isFirstChoice(): () => boolean {
  let asked = 0;
  return () => asked++ === 0;
}

function addMount(container: Container, name: string): void {
  container.volumeMounts = [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath: tokenPath }];
}

function tokenSource(): object {
  const fieldRef = { apiVersion: 'v1', fieldPath: 'metadata.namespace' };
  return {
    sources: [
      { serviceAccountToken: { expirationSeconds: tokenSeconds, path: 'token' } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      { downwardAPI: { items: [{ path: 'namespace', fieldRef }] } },
    ],
    defaultMode: 420,
  };
}
