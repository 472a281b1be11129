import type { PodStatus } from '../../kubernetes/objects.ts';
import { ApiError } from '../api/client.ts';
import type { PodRecord } from './pod_record.ts';
import { verdictOn } from './pod_status.ts';

export interface StatusWriter {
  /** Tells the API what is so; returns the phase that the pod has come to. */
  tell(): PodStatus['phase'];
  /** Settles when nothing is being written. */
  idle(): Promise<void>;
}

/** `onFailure` is called when the API can't be told now. */
export function createStatusWriter(record: PodRecord, onFailure: () => void): StatusWriter {
  let writing: Promise<void> | undefined;
  let wanted: PodStatus | undefined;
  let written: string | undefined;

  /** Writes until what was told is what is so: things may change while the API answers. */
  async function write(): Promise<void> {
    for (let text = textOf(wanted); text !== written && !record.gone.aborted; text = textOf(wanted)) {
      const { name, namespace = '', uid } = record.pod.metadata;
      // A merge leaves what isn't named: a status that has lost its reason has to say so.
      const status = { reason: null, message: null, ...wanted };
      try {
        const body = { metadata: { uid }, status };
        await record.node.client.patch(
          { resource: 'pods', name, namespace },
          { type: 'merge', body, subresource: 'status' },
        );
        written = text;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        // Gone, or another pod under its name: there is nobody left to tell about.
        if (error.code === 404 || error.code === 409) return;
        onFailure();
        return;
      }
    }
  }

  return {
    tell() {
      const { phase, status } = verdictOn(record);
      record.told = status;
      wanted = status;
      writing ??= write().finally(() => {
        writing = undefined;
      });
      return phase;
    },
    idle: () => writing ?? Promise.resolve(),
  };
}

/** Statuses are put together in one place, so the same one has the same text. */
function textOf(status: PodStatus | undefined): string {
  return JSON.stringify(status ?? null);
}
