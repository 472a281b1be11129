import type { KubeObject } from '../../../kubernetes/objects.ts';
import type { ObjectPatch } from '../client.ts';
import { entriesFrom } from '../managed_fields/entries.ts';
import { recordUpdate } from '../managed_fields/record.ts';
import { typedResource } from '../managed_fields/typed_resource.ts';
import { applyPatch, type MergingPatch, type Wanted } from '../patch/apply.ts';
import { badRequest, invalid } from '../status_error.ts';
import { configured } from './apply.ts';
import { managedScale, type Scale, scaled, scaleOf, scaleResource, workloadEntries } from './scale.ts';
import { unmanaged, writingNow } from './tracked.ts';
import { replace } from './update.ts';
import { type Backend, existing, type ObjectPlace, received, type WriteOptions } from './write.ts';

type Asked = { put: unknown } | { patch: ObjectPatch };

/** Writes a workload's Scale, and by it the replicas of the workload. */
export function changeScale(backend: Backend, place: ObjectPlace, asked: Asked, options: WriteOptions): Scale {
  const { resource } = place;
  const current = existing(backend, place);
  const { scale, entries } = wanted(backend, place, current, asked, options);
  checkScale(scale, place);
  const next = received(resource, scaled(unmanaged(current), scale, resource));
  const written = replace(backend, place, { current, part: 'main', next }, { ...options, entries });
  return scaleOf(written, resource);
}

function checkScale({ metadata, spec }: Scale, { name }: ObjectPlace): void {
  if (!metadata.name) {
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  }
  if (metadata.name !== name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  }
  if (spec.replicas === undefined || spec.replicas >= 0) return;
  const message = `Invalid value: ${spec.replicas}: must be greater than or equal to 0`;
  throw invalid({ group: 'autoscaling', plural: 'scales', kind: 'Scale' }, name, [
    { reason: 'FieldValueInvalid', message, field: 'spec.replicas' },
  ]);
}

function wanted(
  backend: Backend,
  { resource, namespace, name }: ObjectPlace,
  current: KubeObject,
  asked: Asked,
  options: WriteOptions,
) {
  const live = managedScale(current, resource);
  const place = { resource: scaleResource, namespace, name };
  if ('patch' in asked && asked.patch.type === 'apply') {
    const force = asked.patch.force ?? options.force ?? false;
    const applied = configured(
      backend,
      place,
      { live, body: asked.patch.body, subresource: 'scale' },
      { ...options, force },
    );
    return {
      scale: received(scaleResource, applied.object) as Scale,
      entries: workloadEntries(current, applied.entries, resource),
    };
  }
  const { value, refuse } = 'put' in asked ? { value: asked.put } : patchedScale(live, asked.patch as MergingPatch);
  const scale = received(scaleResource, value, { ...options, refuse }) as Scale;
  return { scale, entries: workloadEntries(current, updatedEntries(backend, live, scale, options), resource) };
}

function patchedScale(live: Scale, patch: MergingPatch): Wanted {
  return applyPatch(unmanaged(live), patch, scaleResource);
}

function updatedEntries(backend: Backend, live: Scale, after: Scale, options: WriteOptions) {
  const entries = entriesFrom(live.metadata.managedFields) ?? [];
  const typed = typedResource(scaleResource, 'scale');
  if (!typed) return entries;
  const before = unmanaged(live);
  // A workload whose replicas nobody owns has no entry here, and gets one all the same.
  const writing = writingNow(backend, options, 'scale');
  return recordUpdate(typed, { before, after }, entries, writing);
}
