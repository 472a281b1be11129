import { AsyncLocalStorage } from 'node:async_hooks';

/** What reading has cost so far. */
export interface ReadCost {
  requests: number;
  bytes: number;
}

const meters = new AsyncLocalStorage<ReadCost>();

/** Runs the work, and gives with its result what its reads cost, wherever in it they were made. */
export async function metered<T>(work: () => Promise<T>): Promise<{ result: T; cost: ReadCost }> {
  const cost: ReadCost = { requests: 0, bytes: 0 };
  return { result: await meters.run(cost, work), cost };
}

/** Counts one answer for the work that asked for it. */
export function countRead(bytes: number): void {
  const meter = meters.getStore();
  if (!meter) return;
  meter.requests += 1;
  meter.bytes += bytes;
}

/** The work keeps its meter, whoever calls it. */
export function withItsMeter<T>(work: () => Promise<T>): () => Promise<T> {
  return AsyncLocalStorage.bind(work);
}
