import type { ApiClient, MetricsSource } from '../api/client.ts';
import { readObjects } from './cluster_objects.ts';
import { exposition, type Family } from './exposition.ts';
import { clusterFamilies } from './kube_state/cluster.ts';
import { podFamilies } from './kube_state/pods.ts';
import { workloadFamilies } from './kube_state/workloads.ts';
import type { Meters } from './meters.ts';
import { cadvisorFamilies } from './node_families.ts';
import { requestFamilies } from './request_families.ts';
import { volumeFamilies } from './volumes.ts';

const kubeState = { job: 'kube-state-metrics' };
const kubelet = { job: 'kubelet', metrics_path: '/metrics' };
const cadvisor = { job: 'kubelet', metrics_path: '/metrics/cadvisor' };

/** Each exporter at a path of its own, and all of them at `/metrics`; scrape with `honor_labels: true`. */
export function createMetrics(deps: { client: ApiClient; meters: Meters; now: () => number }): MetricsSource {
  const { client, meters, now } = deps;
  const pages: Record<string, () => Promise<string>> = {
    '/metrics/kube-state-metrics': async () => {
      const objects = await readObjects(client);
      const families: Family[] = [
        ...podFamilies(objects.pods),
        ...workloadFamilies(objects),
        ...clusterFamilies(objects),
      ];
      return exposition(families, kubeState);
    },
    '/metrics/cadvisor': async () =>
      exposition(cadvisorFamilies(meters, await readObjects(client, ['pods', 'nodes'])), cadvisor),
    '/metrics/kubelet': async () =>
      exposition(volumeFamilies(meters.read(await readObjects(client, ['pods', 'claims']), now())), kubelet),
    '/metrics/applications': async () => exposition(requestFamilies(meters)),
  };

  return async path => {
    if (path !== '/metrics') return pages[path]?.();
    const parts = await Promise.all(Object.values(pages).map(page => page()));
    return parts.join('');
  };
}
