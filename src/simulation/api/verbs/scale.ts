import type { Deployment, KubeObject, ReplicaSet } from '../../../kubernetes/objects.ts';
import type { ObjectPatch } from '../client.ts';
import { clone, isRecord } from '../json.ts';
import { applyPatch } from '../patch/apply.ts';
import { decode, scaleShape } from '../shapes.ts';
import { badRequest, noSuchResource } from '../status_error.ts';
import { selectorText } from '../table/workloads.ts';
import { update } from './update.ts';
import { type Backend, existing, type ObjectPlace, type WriteOptions } from './write.ts';

export interface Scale extends KubeObject {
  spec: { replicas?: number };
  status: { replicas: number; selector: string };
}

type Scalable = Deployment | ReplicaSet;

/** A workload as autoscalers see it: how many are wanted, how many there are, and which. */
export function getScale(backend: Backend, place: ObjectPlace): Scale {
  if (!place.resource.subresources.includes('scale')) throw noSuchResource();
  return scaleOf(existing(backend, place) as Scalable);
}

export function updateScale(backend: Backend, place: ObjectPlace, body: unknown, options: WriteOptions): Scale {
  if (!isRecord(body)) throw badRequest('expected an object of kind Scale, got something else');
  const scale = decode(clone(body), scaleShape, { kind: 'Scale', version: 'v1' }) as Scale;
  const current = existing(backend, place) as Scalable;
  const next = {
    ...current,
    metadata: { ...current.metadata, ...preconditionsOf(scale) },
    spec: { ...current.spec, replicas: scale.spec?.replicas ?? 0 },
  };
  return scaleOf(update(backend, place, next, options.dryRun ? { dryRun: true } : {}) as Scalable);
}

export function patchScale(backend: Backend, place: ObjectPlace, change: ObjectPatch, options: WriteOptions): Scale {
  const current = getScale(backend, place);
  return updateScale(backend, place, applyPatch(current, change), options);
}

function preconditionsOf({ metadata }: KubeObject): { uid?: string; resourceVersion?: string } {
  const { uid, resourceVersion } = metadata ?? {};
  return { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) };
}

function scaleOf({ metadata, spec, status }: Scalable): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: clone({ name, namespace, uid, resourceVersion, creationTimestamp }) as KubeObject['metadata'],
    spec: { replicas: spec.replicas ?? 0 },
    status: { replicas: status?.replicas ?? 0, selector: selectorText(spec.selector) },
  };
}
