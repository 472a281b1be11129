import type { Deployment, KubeObject, ReplicaSet } from '../../../kubernetes/objects.ts';
import { isRecord } from '../../../lib/json.ts';
import { decode } from '../decode.ts';
import { clone } from '../json.ts';
import { scaleShape } from '../shapes/workload.ts';
import { badRequest } from '../status_error.ts';
import { selectorText } from '../table/workloads.ts';

/** A workload as autoscalers see it: how many are wanted, how many there are, and which. */
export interface Scale extends KubeObject {
  spec: { replicas: number };
  status: { replicas: number; selector: string };
}

type Scalable = Deployment | ReplicaSet;

export function scaleOf(workload: KubeObject): Scale {
  const { metadata, spec, status } = workload as Scalable;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: clone({ name, namespace, uid, resourceVersion, creationTimestamp }) as KubeObject['metadata'],
    spec: { replicas: spec.replicas ?? 0 },
    status: { replicas: status?.replicas ?? 0, selector: selectorText(spec.selector) },
  };
}

/** The workload with the replicas, and under the preconditions, that a Scale asks for. */
export function scaled(workload: KubeObject, body: unknown): KubeObject {
  if (!isRecord(body)) throw badRequest('expected an object of kind Scale, got something else');
  const asked = decode(clone(body), scaleShape, { kind: 'Scale', version: 'v1' }) as Partial<Scale>;
  const { uid, resourceVersion } = asked.metadata ?? {};
  const { metadata, spec, ...rest } = workload as Scalable;
  const { resourceVersion: _, ...unversioned } = metadata;
  return {
    ...rest,
    metadata: { ...unversioned, ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) },
    spec: { ...spec, replicas: asked.spec?.replicas ?? 0 },
  } as Scalable;
}
