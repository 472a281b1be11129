import { selects } from '../../kubernetes/kinds/label_selector.ts';
import type { Deployment, Pod, ReplicaSet } from '../../kubernetes/objects.ts';
import { canonicalJson } from '../../lib/hash.ts';
import type { ControllerDeps } from './controllers.ts';
import { conditionOf, progressing, withCondition } from './deployment_conditions.ts';
import { hasDeadline, plainStatus, rolloutStatus, untilDeadline } from './deployment_status.ts';
import { createDeploymentStep } from './deployment_step.ts';
import { createEventRecorder } from './event_recorder.ts';
import { claim, controllerOf, ownerIn } from './ownership.ts';
import { createQueue, keyOf, parseKey } from './queue.ts';
import { currentReplicaSet } from './revisions.ts';

/** Brings each deployment's ReplicaSets, step by step, to what its template and its replicas ask for. */
export function createDeploymentController({ client, clock, caches }: ControllerDeps): { stop(): void } {
  const deployments = caches.of<Deployment>('deployments.apps');
  const replicaSets = caches.of<ReplicaSet>('replicasets.apps');
  const pods = caches.of<Pod>('pods');
  const events = createEventRecorder({ client, clock, component: 'deployment-controller' });
  const step = createDeploymentStep({ replicaSets, pods, events, clock });
  const queue = createQueue(
    clock,
    reconcile,
    Promise.all([deployments, replicaSets, pods].map(({ synced }) => synced)),
  );
  const stops = [
    deployments.follow(({ object }) => queue.add(keyOf(object.metadata))),
    replicaSets.follow(({ object, before }) => {
      enqueueOwner(object);
      if (before && controllerOf(before)?.uid !== controllerOf(object)?.uid) enqueueOwner(before);
    }),
    // A deployment that recreates its pods waits for the last old one to be gone.
    pods.follow(({ type, object }) => {
      const replicaSet = type === 'DELETED' ? ownerIn(replicaSets, 'ReplicaSet', object) : undefined;
      if (replicaSet) enqueueOwner(replicaSet);
    }),
  ];

  function enqueueOwner(replicaSet: ReplicaSet): void {
    const owner = ownerIn(deployments, 'Deployment', replicaSet);
    if (owner) queue.add(keyOf(owner.metadata));
    if (controllerOf(replicaSet)) return;
    for (const { metadata, spec } of deployments.within(replicaSet.metadata.namespace ?? '')) {
      if (selects(spec.selector, replicaSet.metadata.labels)) queue.add(keyOf(metadata));
    }
  }

  async function reconcile(key: string): Promise<void> {
    const { namespace, name } = parseKey(key);
    const found = deployments.get(namespace, name);
    if (!found) return;
    const owned = await claim(replicaSets, found);
    const deployment = withPause(found);
    const current = currentReplicaSet(deployment, owned);
    const round = { deployment, current, old: owned.filter(one => one !== current) };
    if (found.metadata.deletionTimestamp !== undefined) return write(found, found, plainStatus(round, clock.now()));
    const after = await step(round);
    if (after.kind === 'refused') {
      await write(found, after.deployment, after.deployment.status ?? {});
      throw after.refusal;
    }
    const status = after.kind === 'rollout' ? rolloutStatus(after, clock.now()) : plainStatus(after, clock.now());
    await write(found, after.deployment, status);
    const wait = untilDeadline(deployment, status, clock.now());
    if (wait !== undefined) queue.addAfter(key, wait);
  }

  function withPause(deployment: Deployment): Deployment {
    const { paused = false } = deployment.spec;
    const conditions = deployment.status?.conditions ?? [];
    const before = conditionOf(conditions, 'Progressing')?.reason;
    if (!hasDeadline(deployment) || before === 'ProgressDeadlineExceeded') return deployment;
    if (paused === (before === 'DeploymentPaused')) return deployment;
    const condition = paused
      ? progressing('Unknown', 'DeploymentPaused', 'Deployment is paused')
      : progressing('Unknown', 'DeploymentResumed', 'Deployment is resumed');
    const status = { ...deployment.status, conditions: withCondition(conditions, condition, clock.now()) };
    return { ...deployment, status };
  }

  async function write(found: Deployment, next: Deployment, status: NonNullable<Deployment['status']>): Promise<void> {
    const shown = ({ metadata, status: told = {} }: Deployment) => canonicalJson([metadata.annotations ?? {}, told]);
    const written = { ...next, status };
    if (shown(written) !== shown(found)) await deployments.update(written, { subresource: 'status' });
  }

  return {
    stop() {
      queue.stop();
      for (const stop of stops) stop();
    },
  };
}
