import type { EndpointSlice, Endpoints } from '../../../kubernetes/kinds/network.ts';
import type { Service } from '../../../kubernetes/objects.ts';
import { canonicalJson } from '../../../lib/hash.ts';
import type { Cache } from '../cache.ts';
import { ignoreGone } from '../gone.ts';
import { isMirrored, mirrorController, mirrorOf, saysTheSame } from './mirrored_slices.ts';
import { isHeadless } from './service_pods.ts';
import { type DraftSlice, headlessLabel, managedByLabel } from './slice_content.ts';
import type { SlicePlan } from './slice_plan.ts';
import { type Subset, truncated } from './subsets.ts';
import { triggered } from './trigger_times.ts';

const endpointsController = 'endpoint-controller';
const endpointsManagedBy = 'endpoints.kubernetes.io/managed-by';
const overCapacity = 'endpoints.kubernetes.io/over-capacity';

/** Writes what is computed about a service, where it differs from what is there. */
export function createServiceObjects({
  endpoints,
  slices: stored,
}: {
  endpoints: Cache<Endpoints>;
  slices: Cache<EndpointSlice>;
}) {
  async function writeEndpoints(
    service: Service,
    current: Endpoints | undefined,
    wanted: { subsets: Subset[]; trigger: string | undefined },
  ): Promise<void> {
    const { namespace = '', name, labels: own } = service.metadata;
    const { subsets, isCut } = truncated(wanted.subsets);
    const labels = {
      ...own,
      ...(isHeadless(service) ? { [headlessLabel]: '' } : {}),
      [endpointsManagedBy]: endpointsController,
    };
    if (current && isCurrent(current, { subsets, labels, isCut })) return;
    const { [overCapacity]: _, ...kept } = current?.metadata.annotations ?? {};
    const annotations = { ...triggered(kept, wanted.trigger), ...(isCut ? { [overCapacity]: 'truncated' } : {}) };
    const parts = { labels, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) };
    const content = { apiVersion: 'v1', kind: 'Endpoints', ...(subsets.length > 0 ? { subsets } : {}) };
    if (!current) {
      await endpoints.create({ ...content, metadata: { name, namespace, ...parts } });
      return;
    }
    const { annotations: _before, ...metadata } = current.metadata;
    await endpoints.update({ ...content, metadata: { ...metadata, ...parts } });
  }

  async function carryOut(plan: SlicePlan, service: Service, trigger: string | undefined): Promise<void> {
    if (service.metadata.deletionTimestamp === undefined) {
      for (const draft of plan.create) await createSlice(withTrigger(draft, trigger));
    }
    for (const slice of plan.update) {
      await stored.update(withTrigger(slice, trigger));
    }
    for (const slice of plan.remove) await removeSlice(slice);
  }

  async function mirror(endpoints: Endpoints | undefined, slices: readonly EndpointSlice[]): Promise<void> {
    const drafts = endpoints && isMirrored(endpoints) ? mirrorOf(endpoints) : [];
    const mirrored = slices.filter(({ metadata }) => metadata.labels?.[managedByLabel] === mirrorController);
    const open = drafts.filter(draft => !mirrored.some(slice => saysTheSame(slice, draft)));
    const stale = mirrored.filter(slice => !drafts.some(draft => saysTheSame(slice, draft)));
    for (const draft of open) {
      const at = stale.findIndex(({ addressType }) => addressType === draft.addressType);
      const [reused] = at < 0 ? [] : stale.splice(at, 1);
      if (!reused) await createSlice(draft);
      else await stored.update(remade(reused, draft));
    }
    for (const slice of stale) await removeSlice(slice);
  }

  async function createSlice(draft: DraftSlice): Promise<void> {
    await stored.create(draft);
  }

  async function removeSlice(slice: EndpointSlice): Promise<void> {
    await stored.delete(slice).catch(ignoreGone);
  }

  async function removeEndpoints(object: Endpoints): Promise<void> {
    await endpoints.delete(object).catch(ignoreGone);
  }

  return { writeEndpoints, carryOut, mirror, removeEndpoints };
}

function isCurrent(
  { metadata, subsets = [] }: Endpoints,
  wanted: { subsets: Subset[]; labels: Record<string, string>; isCut: boolean },
): boolean {
  const { [headlessLabel]: _, ...labels } = metadata.labels ?? {};
  const { [headlessLabel]: _ours, ...wantedLabels } = wanted.labels;
  const isMarked = metadata.annotations?.[overCapacity] !== undefined;
  return (
    isMarked === wanted.isCut &&
    canonicalJson(labels) === canonicalJson(wantedLabels) &&
    canonicalJson(subsets) === canonicalJson(wanted.subsets)
  );
}

function withTrigger<T extends DraftSlice | EndpointSlice>(slice: T, trigger: string | undefined): T {
  const annotations = triggered(slice.metadata.annotations, trigger);
  const { annotations: _, ...metadata } = slice.metadata;
  return { ...slice, metadata: { ...metadata, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) } };
}

function remade(slice: EndpointSlice, draft: DraftSlice): EndpointSlice {
  const { labels = {}, annotations, ownerReferences = [] } = draft.metadata;
  const { annotations: _, ...metadata } = slice.metadata;
  return {
    ...slice,
    ...draft,
    metadata: { ...metadata, labels, ownerReferences, ...(annotations ? { annotations } : {}) },
  };
}
