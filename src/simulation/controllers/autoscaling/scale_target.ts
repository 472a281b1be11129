import type { HorizontalPodAutoscaler } from '../../../kubernetes/kinds/autoscaling.ts';
import type { KubeObject } from '../../../kubernetes/objects.ts';
import { type ApiClient, ApiError, type Target } from '../../api/client.ts';

/** A workload as its scale subresource shows it. */
export interface Scale extends KubeObject {
  spec: { replicas?: number };
  status?: { replicas?: number; selector?: string };
}

/** The scale of what an autoscaler points to, of any kind that has one; or why there is none. */
export async function readScale(
  client: ApiClient,
  { metadata, spec }: HorizontalPodAutoscaler,
): Promise<{ scale: Scale; target: Target } | { error: string }> {
  const { apiVersion = '', kind, name } = spec.scaleTargetRef;
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  const served = await client.resources();
  const found = served.filter(one => one.kind === kind && groupOf(one.apiVersion) === group);
  const [resource] = found;
  if (!resource) return { error: `no matches for kind "${kind}" in group "${group}"` };
  const target = { resource: resource.name, name, namespace: metadata.namespace ?? '' };
  try {
    // A patch that changes nothing answers what a read would: the client reads no subresources.
    const scale = await client.patch<Scale>(target, { type: 'merge', body: {}, subresource: 'scale' });
    return { scale, target };
  } catch (error) {
    if (error instanceof ApiError) return { error: error.message };
    throw error;
  }
}

export async function writeScale(client: ApiClient, target: Target, replicas: number): Promise<ApiError | undefined> {
  try {
    await client.patch<Scale>(target, { type: 'merge', body: { spec: { replicas } }, subresource: 'scale' });
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}
