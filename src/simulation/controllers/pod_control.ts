import type { KubeObject, Pod, PodTemplate } from '../../kubernetes/objects.ts';
import { ApiError, type NewObject } from '../api/client.ts';
import type { Cache } from './cache.ts';
import type { EventRecorder } from './event_recorder.ts';
import { isGone } from './gone.ts';
import { controllerReference } from './ownership.ts';

/** Makes and ends pods for their owner, and says so in the owner's events. */
export interface PodControl {
  create(owner: KubeObject, template: PodTemplate, generateName?: string): Promise<Pod>;
  /** A pod that is gone already is fine. */
  delete(owner: KubeObject, pod: Pod): Promise<void>;
}

export function createPodControl(pods: Cache<Pod>, events: EventRecorder): PodControl {
  return {
    async create(owner, template, generateName) {
      try {
        const pod = await pods.create(podFrom(owner, template, generateName));
        const message = `Created pod: ${pod.metadata.name}`;
        events.record(owner, { type: 'Normal', reason: 'SuccessfulCreate', message });
        return pod;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        const message = `Error creating: ${error.message}`;
        if (!isNamespaceEnding(error)) events.record(owner, { type: 'Warning', reason: 'FailedCreate', message });
        throw error;
      }
    },
    async delete(owner, pod) {
      try {
        await pods.delete(pod);
      } catch (error) {
        if (isGone(error)) return;
        if (!(error instanceof ApiError)) throw error;
        const message = `Error deleting: ${error.message}`;
        events.record(owner, { type: 'Warning', reason: 'FailedDelete', message });
        throw error;
      }
      const message = `Deleted pod: ${pod.metadata.name}`;
      events.record(owner, { type: 'Normal', reason: 'SuccessfulDelete', message });
    },
  };
}

export function podFrom(owner: KubeObject, template: PodTemplate, generateName?: string): NewObject<Pod> {
  const { name, namespace } = owner.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...structuredClone(template.metadata ?? {}),
      generateName: generateName ?? `${name}-`,
      ...(namespace === undefined ? {} : { namespace }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: structuredClone(template.spec),
  };
}

/** Nothing can be made there any more, and nobody has to be told. */
export function isNamespaceEnding(error: ApiError): boolean {
  return error.status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') ?? false;
}

/**
 * Does something `count` times in batches of 1, 2, 4 and so on, until a batch has failed: what is refused once will be
 * refused again. Returns the first refusal.
 */
export async function inGrowingBatches(
  count: number,
  act: (index: number) => Promise<unknown>,
): Promise<ApiError | undefined> {
  let done = 0;
  for (let size = 1; done < count; size *= 2) {
    let refusal: ApiError | undefined;
    for (const end = Math.min(done + size, count); done < end; done++) {
      try {
        await act(done);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        refusal ??= error;
      }
    }
    if (refusal) return refusal;
  }
  return undefined;
}
