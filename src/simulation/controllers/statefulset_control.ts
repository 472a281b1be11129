import type { PersistentVolumeClaim } from '../../kubernetes/kinds/storage.ts';
import type { StatefulSet } from '../../kubernetes/kinds/workloads.ts';
import type { Pod } from '../../kubernetes/objects.ts';
import { ApiError } from '../api/client.ts';
import { failure } from '../api/status_error.ts';
import type { Cache } from './cache.ts';
import type { EventRecorder } from './event_recorder.ts';
import { isGone } from './gone.ts';
import { hasForeignController, isStale, ownersToBe } from './statefulset_claims.ts';
import { claimsFor, hasIdentity, hasStorage, identityLabels, ordinalIn } from './statefulset_pods.ts';

/** Makes, mends and ends the pods of a StatefulSet with their claims, and says so in its events. */
export interface StatefulPodControl {
  create(set: StatefulSet, pod: Pod): Promise<void>;
  createClaims(set: StatefulSet, pod: Pod): Promise<void>;
  /** Brings its identity and its claims back to what they should be. */
  mend(set: StatefulSet, pod: Pod): Promise<void>;
  mendClaims(set: StatefulSet, pod: Pod): Promise<void>;
  delete(set: StatefulSet, pod: Pod): Promise<void>;
  /** A claim is still there that goes with an earlier pod of this name. */
  hasStaleClaim(set: StatefulSet, pod: Pod): boolean;
}

type Verb = 'Create' | 'Update' | 'Delete';

export function createStatefulPodControl(deps: {
  pods: Cache<Pod>;
  claims: Cache<PersistentVolumeClaim>;
  events: EventRecorder;
}): StatefulPodControl {
  const { pods, claims, events } = deps;

  function tell(verb: Verb, set: StatefulSet, pod: Pod, error?: ApiError): void {
    const what = `${verb} Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
    if (error) {
      const message = `${what} failed error: ${error.message}`;
      events.record(set, { type: 'Warning', reason: `Failed${verb}`, message });
    } else {
      events.record(set, { type: 'Normal', reason: `Successful${verb}`, message: `${what} successful` });
    }
  }

  async function telling(verb: Verb, set: StatefulSet, pod: Pod, act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (error instanceof ApiError && error.reason !== 'AlreadyExists') tell(verb, set, pod, error);
      throw error;
    }
  }

  async function createClaims(set: StatefulSet, pod: Pod): Promise<void> {
    const problems: string[] = [];
    for (const { claim } of claimsFor(set, ordinalIn(set, pod))) {
      const problem = await createClaim(set, pod, claim as PersistentVolumeClaim);
      if (problem !== undefined) problems.push(problem);
    }
    const [first] = problems;
    if (first !== undefined) {
      throw failure(409, 'Conflict', problems.length === 1 ? first : `[${problems.join(', ')}]`);
    }
  }

  async function createClaim(set: StatefulSet, pod: Pod, claim: PersistentVolumeClaim): Promise<string | undefined> {
    const { name, namespace = '' } = claim.metadata;
    const existing = claims.get(namespace, name);
    if (existing) return existing.metadata.deletionTimestamp ? `pvc ${name} is being deleted` : undefined;
    const of = `Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
    try {
      await claims.create(claim);
      const message = `Create Claim ${name} ${of} success`;
      events.record(set, { type: 'Normal', reason: 'SuccessfulCreate', message });
      return undefined;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const message = `Create Claim ${name} for ${of} failed error: ${error.message}`;
      if (error.reason !== 'AlreadyExists') events.record(set, { type: 'Warning', reason: 'FailedCreate', message });
      return `failed to create PVC ${name}: ${error.message}`;
    }
  }

  async function mendClaims(set: StatefulSet, pod: Pod): Promise<void> {
    for (const claim of claimsOf(set, pod)) {
      const owners = { claim, set, pod };
      if (hasForeignController(owners)) {
        const message = `PersistentVolumeClaim ${claim.metadata.name} has a conflicting OwnerReference that acts as a manging controller, the retention policy is ignored for this claim`;
        events.record(set, { type: 'Warning', reason: 'ConflictingController', message });
      }
      const ownerReferences = ownersToBe(owners);
      const { uid } = claim.metadata;
      if (ownerReferences) await claims.patch(claim, merge({ metadata: { uid, ownerReferences } }));
    }
  }

  function claimsOf(set: StatefulSet, pod: Pod): PersistentVolumeClaim[] {
    return claimsFor(set, ordinalIn(set, pod)).flatMap(
      ({ claim }) => claims.get(set.metadata.namespace ?? '', claim.metadata.name) ?? [],
    );
  }

  async function mend(set: StatefulSet, pod: Pod): Promise<void> {
    const ordinal = ordinalIn(set, pod);
    const isRight = hasIdentity(set, pod, ordinal) && hasStorage(set, pod, ordinal);
    if (isRight && claimsOf(set, pod).every(claim => !ownersToBe({ claim, set, pod }))) return;
    await telling('Update', set, pod, async () => {
      if (!hasStorage(set, pod, ordinal)) await createClaims(set, pod);
      await mendClaims(set, pod);
      const { uid, name } = pod.metadata;
      await pods.patch(pod, merge({ metadata: { uid, labels: identityLabels(name, ordinal) } }));
    });
    tell('Update', set, pod);
  }

  return {
    createClaims,
    mend,
    mendClaims,
    async create(set, pod) {
      await telling('Create', set, pod, async () => {
        await createClaims(set, pod);
        await mendClaims(set, await pods.create(pod));
      });
      tell('Create', set, pod);
    },
    async delete(set, pod) {
      await telling('Delete', set, pod, () => pods.delete(pod).catch(unlessGone));
      tell('Delete', set, pod);
    },
    hasStaleClaim(set, pod) {
      const isKept = set.spec.persistentVolumeClaimRetentionPolicy?.whenScaled !== 'Delete';
      return !isKept && claimsOf(set, pod).some(claim => isStale(claim, pod));
    },
  };
}

function unlessGone(error: unknown): void {
  if (!isGone(error)) throw error;
}

function merge(body: object) {
  return { type: 'merge' as const, body };
}
