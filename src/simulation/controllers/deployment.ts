import type { Deployment, Pod, ReplicaSet } from '../../kubernetes/objects.ts';
import type { Clock } from '../../lib/clock.ts';
import { canonicalJson } from '../../lib/hash.ts';
import type { ApiClient } from '../api/client.ts';
import { deploymentStatus, untilDeadline } from './deployment_status.ts';
import { createDeploymentStep, type Round } from './deployment_step.ts';
import { createEventRecorder } from './event_recorder.ts';
import { claim, controllerOf } from './ownership.ts';
import { createQueue, keyOf, parseKey } from './queue.ts';
import { currentReplicaSet } from './revisions.ts';

/** Brings each deployment's ReplicaSets, step by step, to what its template and its replicas ask for. */
export function createDeploymentController({ client, clock }: { client: ApiClient; clock: Clock }): { stop(): void } {
  const step = createDeploymentStep(client, createEventRecorder({ client, clock, component: 'deployment-controller' }));
  const queue = createQueue(clock, reconcile);
  const stops = [
    client.watch<Deployment>('deployments.apps', ({ object }) => queue.add(keyOf(object.metadata))),
    client.watch<ReplicaSet>('replicasets.apps', ({ object }) => void enqueueOwner(object)),
    client.watch<Pod>('pods', ({ type, object }) => {
      if (type === 'DELETED') void enqueueRecreated(object);
    }),
  ];

  async function enqueueOwner({ metadata, ...replicaSet }: ReplicaSet): Promise<void> {
    const owner = controllerOf({ metadata, ...replicaSet });
    const { namespace = '' } = metadata;
    if (owner) return owner.kind === 'Deployment' ? queue.add(keyOf({ namespace, name: owner.name })) : undefined;
    const { items } = await client.list<Deployment>('deployments.apps', { namespace });
    for (const deployment of items) queue.add(keyOf(deployment.metadata));
  }

  /** A deployment that recreates its pods waits for the last old one to be gone. */
  async function enqueueRecreated(pod: Pod): Promise<void> {
    const owner = controllerOf(pod);
    if (owner?.kind !== 'ReplicaSet') return;
    const replicaSet = await client.get<ReplicaSet>('replicasets.apps', owner.name, pod.metadata.namespace);
    if (replicaSet) await enqueueOwner(replicaSet);
  }

  async function reconcile(key: string): Promise<void> {
    const { namespace, name } = parseKey(key);
    const deployment = await client.get<Deployment>('deployments.apps', name, namespace);
    if (!deployment) return;
    const listed = await client.list<ReplicaSet>('replicasets.apps', { namespace });
    const owned = await claim(client, 'replicasets.apps', deployment, listed.items);
    const current = currentReplicaSet(deployment, owned);
    const round: Round = { deployment, current, old: owned.filter(one => one !== current), progress: undefined };
    const after = deployment.metadata.deletionTimestamp === undefined ? await step(round) : round;
    const status = await writeStatus(after);
    const wait = untilDeadline(deployment, status, clock.now());
    if (wait !== undefined) queue.addAfter(key, wait);
  }

  async function writeStatus({ deployment, current, old, progress }: Round) {
    const all = current ? [...old, current] : old;
    const status = deploymentStatus({ deployment, current, all, progress, now: clock.now() });
    if (canonicalJson(status) === canonicalJson(deployment.status)) return status;
    const { resourceVersion: _, ...metadata } = deployment.metadata;
    await client.update<Deployment>('deployments.apps', { ...deployment, metadata, status }, { subresource: 'status' });
    return status;
  }

  return {
    stop() {
      queue.stop();
      for (const stop of stops) stop();
    },
  };
}
