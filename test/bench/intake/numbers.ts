import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Of values in rising order. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

export function median(values: readonly number[]): number {
  return quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** What this process holds once garbage is collected. */
export function memory(): string {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, rss } = process.memoryUsage();
  return `${whole(heapUsed / 2 ** 20)} MiB of heap, ${whole(rss / 2 ** 20)} MiB resident`;
}
