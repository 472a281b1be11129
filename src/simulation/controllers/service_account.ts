import type { ServiceAccount } from '../../kubernetes/kinds/access.ts';
import type { ConfigMap, Namespace } from '../../kubernetes/objects.ts';
import type { Clock } from '../../lib/clock.ts';
import { type ApiClient, ApiError } from '../api/client.ts';
import { clusterCertificate } from './cluster_certificate.ts';
import { createQueue } from './queue.ts';

const certificates = 'kube-root-ca.crt';
const description =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/** Keeps in each namespace what every pod there needs: an account to run as, and the certificate of the API. */
export function createServiceAccountController({ client, clock }: { client: ApiClient; clock: Clock }): {
  stop(): void;
} {
  const queue = createQueue(clock, reconcile);
  const stops = [
    client.watch<Namespace>('namespaces', ({ type, object }) => {
      if (type !== 'DELETED') queue.add(object.metadata.name);
    }),
    client.watch<ServiceAccount>('serviceaccounts', ({ type, object }) => {
      const { name, namespace = '' } = object.metadata;
      if (type === 'DELETED' && name === 'default') queue.add(namespace);
    }),
    client.watch<ConfigMap>(
      'configmaps',
      ({ type, object }) => {
        if (type !== 'ADDED') queue.add(object.metadata.namespace ?? '');
      },
      { fieldSelector: `metadata.name=${certificates}` },
    ),
  ];

  async function reconcile(name: string): Promise<void> {
    const namespace = await client.get<Namespace>('namespaces', name);
    if (!namespace || namespace.metadata.deletionTimestamp !== undefined) return;
    if (!(await client.get('serviceaccounts', 'default', name))) await createAccount(name);
    await publishCertificate(name);
  }

  async function createAccount(namespace: string): Promise<void> {
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } };
    await client.create<ServiceAccount>('serviceaccounts', account).catch(ignoreTaken);
  }

  async function publishCertificate(namespace: string): Promise<void> {
    const found = await client.get<ConfigMap>('configmaps', certificates, namespace);
    const data = { 'ca.crt': clusterCertificate };
    if (found?.data?.['ca.crt'] === clusterCertificate && Object.keys(found.data).length === 1) return;
    if (found) {
      await client.update<ConfigMap>('configmaps', { ...found, data });
      return;
    }
    const annotations = { 'kubernetes.io/description': description };
    const metadata = { name: certificates, namespace, annotations };
    await client
      .create<ConfigMap>('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata, data })
      .catch(ignoreTaken);
  }

  return {
    stop() {
      queue.stop();
      for (const stop of stops) stop();
    },
  };
}

/** Somebody else was faster, or the namespace is on its way out. */
function ignoreTaken(error: unknown): void {
  if (!(error instanceof ApiError && (error.code === 409 || error.code === 403 || error.code === 404))) throw error;
}
