import { LRUCache } from 'lru-cache';
import type { Alert } from '../alerts/alert.ts';
import { type NamedPod, nodeOf, ownerOfLabels, podOf, type Whereabouts } from '../alerts/subject.ts';
import type { ClusterReader } from '../kubernetes/cluster.ts';
import { kinds } from '../kubernetes/kinds.ts';
import type { KubeObject, Pod } from '../kubernetes/objects.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';

type Seen = (alert: Alert) => Whereabouts | undefined;

/** Finds the owners and nodes of the pods that alerts name. What it can't find in time, alerts are folded without. */
export interface Lookout {
  /** What is known already; `undefined` when a look would tell more. */
  known(alerts: readonly Alert[]): Seen | undefined;
  look(alerts: readonly Alert[]): Promise<Seen>;
}

export interface LookoutDeps {
  cluster: Pick<ClusterReader, 'get' | 'list'>;
  clock: Pick<Clock, 'now'>;
  log: Log;
}

const mostKept = 20_000;
const freshMs = 300_000;
/** A pod that is not there may come. */
const absentFreshMs = 30_000;
/** All the reads of one look together. */
const patienceMs = 1000;
/** An API server that did not answer is left alone for so long. */
const restMs = 30_000;
/** More pods of a namespace than these are listed instead of read one by one. */
const mostSingleReads = 4;
const mostNamespaces = 4;
const mostListed = 500;
/** What all looks together may cost the API server in a minute: a storm of alerts must not become a storm of reads. */
const minuteMs = 60_000;
const minuteBudget = 120;
const costOf = { get: 2, list: 10 };

export function createLookout({ cluster, clock, log }: LookoutDeps): Lookout {
  const known = new LRUCache<string, { seen: Whereabouts; until: number }>({ max: mostKept });
  let restUntil = 0;
  let minute = { since: 0, spent: 0 };

  /** Whether there is a budget left for it; spends it. */
  function affords(cost: number): boolean {
    if (clock.now() - minute.since >= minuteMs) minute = { since: clock.now(), spent: 0 };
    if (minute.spent + cost > minuteBudget) return false;
    minute.spent += cost;
    return true;
  }

  function mayLook(): boolean {
    const isSpent = clock.now() - minute.since < minuteMs && minute.spent + costOf.get > minuteBudget;
    return !isSpent && clock.now() >= restUntil;
  }

  function recall(pod: NamedPod): Whereabouts | undefined {
    const found = known.get(keyOf(pod));
    return found && found.until > clock.now() ? found.seen : undefined;
  }

  function keep(pod: NamedPod, object: Pod | undefined, owner?: Whereabouts['owner']): void {
    const node = object?.spec.nodeName;
    const seen = { ...(owner ? { owner } : {}), ...(node ? { node } : {}) };
    known.set(keyOf(pod), { seen, until: clock.now() + (object ? freshMs : absentFreshMs) });
  }

  async function readOne(named: NamedPod, signal: AbortSignal): Promise<void> {
    const { namespace, pod: name } = named;
    const pod = await cluster.get<Pod>({ ...kinds.pod, namespace, name }, signal);
    keep(named, pod, pod && (await ownerOf(pod, cluster, signal)));
  }

  async function readAll(namespace: string, pods: readonly NamedPod[], signal: AbortSignal): Promise<void> {
    const { items } = await cluster.list<Pod>(kinds.pod, { namespace, limit: mostListed }, signal);
    const byName = new Map(items.map(pod => [pod.metadata.name, pod]));
    for (const pod of byName.values()) keep({ namespace, pod: pod.metadata.name }, pod, nearestOwner(pod));
    for (const named of pods) if (!byName.has(named.pod)) keep(named, undefined);
  }

  /** The namespaces with the most unknown pods first; what is over the bound goes without a look. */
  async function lookAfter(unknown: readonly NamedPod[]): Promise<void> {
    const signal = AbortSignal.timeout(patienceMs);
    const byNamespace = [...Map.groupBy(unknown, ({ namespace }) => namespace)];
    byNamespace.sort(([, a], [, b]) => b.length - a.length);
    const reads = byNamespace.slice(0, mostNamespaces).flatMap(([namespace, pods]) => {
      if (pods.length > mostSingleReads) return affords(costOf.list) ? [readAll(namespace, pods, signal)] : [];
      return pods.filter(() => affords(costOf.get)).map(named => readOne(named, signal));
    });
    const failed = (await Promise.allSettled(reads)).find(({ status }) => status === 'rejected');
    if (failed?.status !== 'rejected') return;
    restUntil = clock.now() + restMs;
    log.warn(
      { problem: messageOf(failed.reason) },
      'alerts are folded by their labels alone: the cluster can not be read',
    );
  }

  function unknownIn(alerts: readonly Alert[]): NamedPod[] {
    const pods = new Map<string, NamedPod>();
    for (const alert of alerts) {
      const named = needsLook(alert) ? podOf(alert) : undefined;
      if (named && !recall(named)) pods.set(keyOf(named), named);
    }
    return [...pods.values()];
  }

  const seen: Seen = alert => {
    const named = podOf(alert);
    return named && recall(named);
  };

  return {
    known: alerts => (mayLook() && unknownIn(alerts).length > 0 ? undefined : seen),
    async look(alerts) {
      const pods = mayLook() ? unknownIn(alerts) : [];
      if (pods.length > 0) await lookAfter(pods);
      return seen;
    },
  };
}

/** Labels that name both owner and node leave nothing to be found out. */
function needsLook(alert: Alert): boolean {
  return alert.status === 'firing' && !(nodeOf(alert) && ownerOfLabels(alert));
}

function keyOf({ namespace, pod }: NamedPod): string {
  return `${namespace}/${pod}`;
}

/** Pod → ReplicaSet → Deployment, or Job → CronJob: the one that a person would name. */
async function ownerOf(
  pod: Pod,
  cluster: Pick<ClusterReader, 'get'>,
  signal: AbortSignal,
): Promise<Whereabouts['owner']> {
  const nearest = nearestOwner(pod);
  const above = { ReplicaSet: kinds.replicaSet, Job: kinds.job }[nearest?.kind ?? ''];
  if (!nearest || !above) return nearest;
  const { namespace = '' } = pod.metadata;
  const owner = await cluster.get({ ...above, namespace, name: nearest.name }, signal);
  return (owner && controllerOf(owner)) ?? nearest;
}

/** A ReplicaSet of a Deployment is called NAME-HASH, and its pods carry the hash. */
function nearestOwner(pod: Pod): Whereabouts['owner'] {
  const owner = controllerOf(pod);
  const hash = pod.metadata.labels?.['pod-template-hash'];
  if (owner?.kind !== 'ReplicaSet' || !hash || !owner.name.endsWith(`-${hash}`)) return owner;
  return { kind: 'Deployment', name: owner.name.slice(0, -hash.length - 1) };
}

function controllerOf({ metadata }: KubeObject): Whereabouts['owner'] {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller);
  return owner && { kind: owner.kind, name: owner.name };
}
