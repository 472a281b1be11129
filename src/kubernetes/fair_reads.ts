import Bottleneck from 'bottleneck';
import type { ClusterReader } from './cluster.ts';
import { withItsMeter } from './read_meter.ts';

/** One API server, read by many: not more than it can take, nobody crowded out, and the urgent first. */
export interface FairReads {
  /** The cluster as one caller may read it. */
  as(caller: string, urgency?: Urgency): ClusterReader;
  close(): Promise<void>;
}

/** `urgent` is whoever watches a change that was made. */
export type Urgency = 'urgent' | 'normal';

export interface ReadLimits {
  concurrent: number;
  perSecond: number;
}

const defaults: ReadLimits = { concurrent: 4, perSecond: 50 };

/** Bottleneck's highest and lowest. */
const urgent = 0;
const [first, last] = [4, 9];

export function createFairReads(cluster: ClusterReader, limits: Partial<ReadLimits> = {}): FairReads {
  const { concurrent, perSecond } = { ...defaults, ...limits };
  const limiter = new Bottleneck({
    maxConcurrent: concurrent,
    reservoir: perSecond,
    reservoirRefreshAmount: perSecond,
    reservoirRefreshInterval: 1000,
  });
  const waiting = new Map<string, number>();

  /** Whoever has many reads waiting comes after those who have few. */
  function priorityOf(caller: string, urgency: Urgency): number {
    return urgency === 'urgent' ? urgent : Math.min(last, first + (waiting.get(caller) ?? 0));
  }

  async function take<T>(caller: string, urgency: Urgency, signal: AbortSignal | undefined, read: () => Promise<T>) {
    const priority = priorityOf(caller, urgency);
    waiting.set(caller, (waiting.get(caller) ?? 0) + 1);
    let begun = false;
    const begin = () => {
      if (begun) return;
      begun = true;
      const left = (waiting.get(caller) ?? 1) - 1;
      if (left > 0) waiting.set(caller, left);
      else waiting.delete(caller);
    };
    const work = withItsMeter(() => {
      begin();
      signal?.throwIfAborted();
      return read();
    });
    return limiter.schedule({ priority }, work).finally(begin);
  }

  return {
    as: (caller, urgency = 'normal') => ({
      get: (ref, signal) => take(caller, urgency, signal, () => cluster.get(ref, signal)),
      list: (kind, query, signal) => take(caller, urgency, signal, () => cluster.list(kind, query, signal)),
      logs: (pod, query, signal) => take(caller, urgency, signal, () => cluster.logs(pod, query, signal)),
    }),
    async close() {
      await limiter.stop({ dropWaitingJobs: true });
      await limiter.disconnect();
    },
  };
}
