import type { JsonPatchOperation } from '../actions/action.ts';
import { setField } from '../actions/field.ts';
import {
  ClusterError,
  type ClusterReader,
  type ClusterWriter,
  type ObjectRef,
  type Patch,
} from '../kubernetes/cluster.ts';
import { kinds } from '../kubernetes/kinds.ts';
import type { Deployment, ObjectMeta } from '../kubernetes/objects.ts';

/** Signs a change, so that anyone who looks at the object finds the incident, and a probe finds the effect. */
const incidentAnnotation = 'alertwright.dev/incident';
export const effectAnnotation = 'alertwright.dev/effect';

export function deploymentRef({ namespace, name }: Pick<ObjectMeta, 'namespace' | 'name'>): ObjectRef {
  return { ...kinds.deployment, ...(namespace ? { namespace } : {}), name };
}

/** A patch that the server takes only while the object is the very one, and the very version, that we have read. */
export function guarded({ metadata }: Deployment, patch: JsonPatchOperation[]): Patch {
  return {
    type: 'json',
    body: [
      { op: 'test', path: '/metadata/uid', value: metadata.uid },
      { op: 'replace', path: '/metadata/resourceVersion', value: metadata.resourceVersion },
      ...patch,
    ],
  };
}

/** Thrown before anything was written: the object is not what the plan was made for. */
class StalePlan extends Error {
  override readonly name = 'StalePlan';
}

interface Write {
  target: { namespace: string; name: string; uid: string };
  patch: JsonPatchOperation[];
  signature: { incident: string; effect: string };
  /** Why the object as it is now must not be written to; `undefined` when it may. */
  objection(now: Deployment): Promise<string | undefined>;
}

const mostAttempts = 5;

/**
 * Writes one patch on top of a fresh read. A conflict means that somebody (most often a controller that updates the
 * status) was quicker: read again and ask again, a few times.
 */
export async function write(cluster: ClusterReader & ClusterWriter, request: Write): Promise<Deployment> {
  const ref = deploymentRef(request.target);
  for (let attempt = 1; ; attempt += 1) {
    const now = await cluster.get<Deployment>(ref);
    if (!now || now.metadata.uid !== request.target.uid) throw new StalePlan('the object is gone');
    if (now.metadata.annotations?.[effectAnnotation] === request.signature.effect) return now;
    const objection = await request.objection(now);
    if (objection) throw new StalePlan(objection);
    try {
      return await cluster.patch<Deployment>(ref, guarded(now, [...request.patch, ...sign(now, request.signature)]));
    } catch (error) {
      if (!(error instanceof ClusterError && error.status === 409) || attempt === mostAttempts) throw error;
    }
  }
}

function sign(object: Deployment, { incident, effect }: Write['signature']): JsonPatchOperation[] {
  const annotations = { ...object.metadata.annotations, [incidentAnnotation]: incident, [effectAnnotation]: effect };
  return setField(object, ['metadata', 'annotations'], annotations);
}

/** The server's own no, or ours, or a server that was never reached: nothing was written, and nothing will be. */
export function wasRefused(error: unknown): boolean {
  if (error instanceof StalePlan) return true;
  if (!(error instanceof ClusterError)) return false;
  return (error.status >= 400 && error.status < 500) || neverSent.includes(error.reason);
}

const neverSent = ['Unreachable', 'Credentials'];
