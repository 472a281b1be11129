import type { PodDisruptionBudget } from '../../kubernetes/kinds/policy.ts';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../kubernetes/kinds/storage.ts';
import type { KubeObject, Namespace, Node, Pod } from '../../kubernetes/objects.ts';
import { canonicalJson } from '../../lib/hash.ts';
import type { ApiClient } from '../api/client.ts';
import { isOver } from '../controllers/pods.ts';
import { createSeats, type Seats } from './seats.ts';
import type { Storage } from './volumes.ts';

/** What has changed, as far as a pod that waits may care. */
export type News = 'node' | 'room' | 'company' | 'storage';

/** What the scheduler knows of the cluster, kept up to date by watches. */
export interface ClusterView {
  seats: Seats;
  storage: Storage;
  budgets(): PodDisruptionBudget[];
  namespaceLabels(name: string): Readonly<Record<string, string>>;
  stop(): void;
}

export interface ViewListeners {
  onPending(pod: Pod): void;
  /** The pod has a node, or is gone. */
  onSettled(uid: string): void;
  onNews(news: News): void;
}

export function watchCluster(client: ApiClient, { onPending, onSettled, onNews }: ViewListeners): ClusterView {
  const seats = createSeats();
  const nodes = new Map<string, string>();
  const claims = shelf<PersistentVolumeClaim>('persistentvolumeclaims', 'storage');
  const volumes = shelf<PersistentVolume>('persistentvolumes', 'storage');
  const classes = shelf<StorageClass>('storageclasses.storage.k8s.io', 'storage');
  const budgets = shelf<PodDisruptionBudget>('poddisruptionbudgets.policy');
  const namespaces = shelf<Namespace>('namespaces');
  const stops = [
    ...[claims, volumes, classes, budgets, namespaces].map(({ stop }) => stop),
    client.watch<Pod>('pods', ({ type, object }) => (type === 'DELETED' ? forget(object) : see(object))),
    client.watch<Node>('nodes', ({ type, object }) => seeNode(object, type === 'DELETED')),
  ];

  function shelf<T extends KubeObject>(resource: string, news?: News) {
    const objects = new Map<string, T>();
    const stop = client.watch<T>(resource, ({ type, object }) => {
      const key = keyOf(object.metadata.namespace, object.metadata.name);
      if (type === 'DELETED') objects.delete(key);
      else objects.set(key, object);
      if (news) onNews(news);
    });
    return { objects, stop };
  }

  function see(pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    if (pod.spec.nodeName === undefined) {
      if (isForUs(pod)) onPending(pod);
      else onSettled(uid);
      return;
    }
    onSettled(uid);
    seats.putPod(pod);
    onNews(isOver(pod) ? 'room' : 'company');
  }

  function forget({ metadata, spec }: Pod): void {
    seats.removePod(metadata.uid ?? '');
    onSettled(metadata.uid ?? '');
    if (spec.nodeName !== undefined) onNews('room');
  }

  /** A heartbeat is no news; a changed label, taint or capacity is. */
  function seeNode(node: Node, isGone: boolean): void {
    const { name, labels } = node.metadata;
    if (isGone) {
      nodes.delete(name);
      seats.removeNode(name);
      onNews('node');
      return;
    }
    const now = canonicalJson([labels, node.spec, node.status?.allocatable]);
    if (nodes.get(name) === now) return;
    nodes.set(name, now);
    seats.putNode(node);
    onNews('node');
  }

  return {
    seats,
    storage: {
      claim: (namespace, name) => claims.objects.get(keyOf(namespace, name)),
      volume: name => volumes.objects.get(keyOf('', name)),
      volumes: () => volumes.objects.values(),
      storageClass: name => classes.objects.get(keyOf('', name)),
    },
    budgets: () => [...budgets.objects.values()],
    namespaceLabels: name => namespaces.objects.get(keyOf('', name))?.metadata.labels ?? {},
    stop() {
      for (const stop of stops) stop();
    },
  };
}

const ourName = 'default-scheduler';

function isForUs({ metadata, spec, status }: Pod): boolean {
  const isOurs = (spec.schedulerName ?? ourName) === ourName;
  const isGated = (spec.schedulingGates?.length ?? 0) > 0;
  return (
    isOurs &&
    !isGated &&
    metadata.deletionTimestamp === undefined &&
    !['Succeeded', 'Failed'].includes(status?.phase ?? '')
  );
}

function keyOf(namespace = '', name: string): string {
  return `${namespace}/${name}`;
}
