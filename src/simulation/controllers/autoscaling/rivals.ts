import type { Pod } from '../../../kubernetes/objects.ts';
import type { ApiClient } from '../../api/client.ts';
import { parseKey } from '../queue.ts';

/** The autoscalers that count any of these pods as theirs, by their selectors, as a controller's messages list them. */
export async function controllingPods(
  client: ApiClient,
  pods: readonly Pod[],
  selectors: ReadonlyMap<string, string>,
): Promise<string[]> {
  const [first] = pods;
  if (!first) return [];
  const namespace = first.metadata.namespace ?? '';
  const uids = new Set(pods.map(({ metadata }) => metadata.uid));
  const found: string[] = [];
  for (const [key, labelSelector] of selectors) {
    const autoscaler = parseKey(key);
    if (autoscaler.namespace !== namespace) continue;
    const { items } = await client.list<Pod>('pods', { namespace, labelSelector });
    if (items.some(({ metadata }) => uids.has(metadata.uid))) found.push(key);
  }
  return found.sort();
}
