import type { Deployment } from '../../kubernetes/objects.ts';
import { canonicalJson } from '../../lib/hash.ts';
import { ApiError } from '../api/client.ts';
import { conditionOf, progressing, withCondition } from './deployment_conditions.ts';
import { hasDeadline, type Observed } from './deployment_status.ts';
import type { StepDeps, Stepped } from './deployment_step.ts';
import { controllerOf } from './ownership.ts';
import { isNamespaceEnding } from './pod_control.ts';
import { currentAnnotations, isForTemplate, latestRevision, newReplicaSet, revisionAnnotation } from './revisions.ts';
import { newSize } from './rollout.ts';
import { boundsOf } from './rollout_bounds.ts';

type Found = Extract<Stepped, { kind: 'refused' }> | ({ kind: 'found' } & Observed);

/** Finds the ReplicaSet for the template, an earlier one when the template is an earlier one, or creates it. */
export function createTemplateReplicaSets({ replicaSets, events, clock }: StepDeps) {
  /** Brings the revision of the current one up to date, when there is one. */
  async function find(round: Observed): Promise<Observed> {
    const { deployment, current, old } = round;
    if (!current) return round;
    const annotations = currentAnnotations(deployment, current, latestRevision(old) + 1);
    const { minReadySeconds = 0 } = deployment.spec;
    const isUpToDate = (current.spec.minReadySeconds ?? 0) === minReadySeconds;
    const same = isUpToDate && canonicalJson(annotations) === canonicalJson(current.metadata.annotations ?? {});
    const body = { metadata: { annotations }, spec: { minReadySeconds: minReadySeconds || null } };
    const updated = same ? current : await replicaSets.patch(current, { type: 'merge', body });
    const revised = withRevision(deployment, annotations[revisionAnnotation] ?? '');
    const isKnown = conditionOf(deployment.status?.conditions, 'Progressing') !== undefined;
    const message = `Found new replica set "${updated.metadata.name}"`;
    const noted = isKnown ? revised : noteProgress(revised, 'True', 'FoundNewReplicaSet', message);
    return { ...round, deployment: noted, current: updated };
  }

  async function findOrCreate(round: Observed): Promise<Found> {
    if (round.current) return { ...(await find(round)), kind: 'found' };
    const { deployment, old } = round;
    const revision = latestRevision(old) + 1;
    const { replicas, maxSurge } = boundsOf(deployment);
    const size = newSize(deployment, undefined, old);
    const wanted = newReplicaSet(deployment, { replicas: size, most: replicas + maxSurge, revision });
    try {
      const current = await replicaSets.create(wanted);
      const { name } = current.metadata;
      const message = `Scaled up replica set ${name} from 0 to ${size}`;
      if (size > 0) events.record(deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message });
      const revised = withRevision(deployment, String(revision));
      const noted = noteProgress(revised, 'True', 'NewReplicaSetCreated', `Created new replica set "${name}"`);
      return { ...round, kind: 'found', deployment: noted, current };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return error.reason === 'AlreadyExists'
        ? collided(round, wanted.metadata.name, error)
        : refused(deployment, wanted.metadata.name, error);
    }
  }

  /** Somebody else has the name: ours, seen late, or another template whose hash is the same. */
  function collided(round: Observed, name: string, refusal: ApiError): Found {
    const { deployment } = round;
    const existing = replicaSets.get(deployment.metadata.namespace ?? '', name);
    const isOurs = existing && controllerOf(existing)?.uid === deployment.metadata.uid;
    if (isOurs && isForTemplate(existing, deployment)) return { ...round, kind: 'found', current: existing };
    const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
    const status = { ...deployment.status, collisionCount };
    return { kind: 'refused', deployment: { ...deployment, status }, refusal };
  }

  function refused(deployment: Deployment, name: string, refusal: ApiError): Found {
    if (isNamespaceEnding(refusal)) return { kind: 'refused', deployment, refusal };
    const message = `Failed to create new replica set "${name}": ${refusal.message}`;
    events.record(deployment, { type: 'Warning', reason: 'ReplicaSetCreateError', message });
    const noted = noteProgress(deployment, 'False', 'ReplicaSetCreateError', message);
    return { kind: 'refused', deployment: noted, refusal };
  }

  function noteProgress(deployment: Deployment, status: 'True' | 'False', reason: string, message: string): Deployment {
    if (!hasDeadline(deployment)) return deployment;
    const before = deployment.status?.conditions ?? [];
    const conditions = withCondition(before, progressing(status, reason, message), clock.now());
    return { ...deployment, status: { ...deployment.status, conditions } };
  }

  return { find, findOrCreate };
}

/** Written with the status: a change of the revision alone is no change of what is asked for. */
function withRevision(deployment: Deployment, revision: string): Deployment {
  const { metadata } = deployment;
  if (revision === '' || metadata.annotations?.[revisionAnnotation] === revision) return deployment;
  const annotations = { ...metadata.annotations, [revisionAnnotation]: revision };
  return { ...deployment, metadata: { ...metadata, annotations } };
}
