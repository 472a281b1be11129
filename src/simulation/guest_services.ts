import type { KubeObject } from '../kubernetes/objects.ts';
import { type ApiClient, ApiError } from './api/client.ts';
import { ignoreGone } from './controllers/gone.ts';
import { embeddedProvisioner } from './controllers/volumes/pool.ts';

/**
 * What is registered with somebody else's control plane so that it finds what comes with nodes: the driver of their
 * volumes, and who measures their pods. What is there already stays as it is. Returns how to take it away again.
 */
export async function registerServices(client: ApiClient, usagePort: number): Promise<() => Promise<void>> {
  const made: [string, KubeObject][] = [];
  for (const [resource, object] of registrations(usagePort)) {
    if (await isNew(client, resource, object)) made.push([resource, object]);
  }
  return async () => {
    for (const [resource, { metadata }] of made.toReversed()) {
      const { name, namespace } = metadata;
      await client.delete({ resource, name, ...(namespace === undefined ? {} : { namespace }) }).catch(ignoreGone);
    }
  };
}

async function isNew(client: ApiClient, resource: string, object: KubeObject): Promise<boolean> {
  try {
    await client.create<KubeObject>(resource, object);
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.reason === 'AlreadyExists') return false;
    throw error;
  }
}

const usageService = { name: 'alertwright-metrics', namespace: 'kube-system' };

/** An API server reaches an aggregated API through a service; one that is only another name needs no network of pods. */
function registrations(port: number): [string, KubeObject & Record<string, unknown>][] {
  return [
    [
      'csidrivers.storage.k8s.io',
      {
        apiVersion: 'storage.k8s.io/v1',
        kind: 'CSIDriver',
        metadata: { name: embeddedProvisioner },
        spec: { attachRequired: false },
      },
    ],
    [
      'services',
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: usageService,
        spec: { type: 'ExternalName', externalName: 'localhost' },
      },
    ],
    [
      'apiservices.apiregistration.k8s.io',
      {
        apiVersion: 'apiregistration.k8s.io/v1',
        kind: 'APIService',
        metadata: { name: 'v1beta1.metrics.k8s.io' },
        spec: {
          group: 'metrics.k8s.io',
          version: 'v1beta1',
          groupPriorityMinimum: 100,
          versionPriority: 100,
          insecureSkipTLSVerify: true,
          service: { ...usageService, port },
        },
      },
    ],
  ];
}
