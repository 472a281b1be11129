import type { PodMetrics } from '../../../kubernetes/kinds/autoscaling.ts';
import { type ApiClient, ApiError } from '../../api/client.ts';
import { milliOf } from './quantities.ts';

/** What a pod used over a window that ended at some time: milliseconds since the epoch, thousandths of the unit. */
export interface PodUsage {
  value: number;
  at: number;
  windowMs: number;
}

export interface UsageQuery {
  namespace: string;
  selector: string;
  resource: string;
  /** Only this container of each pod. */
  container?: string;
}

/** By the names of the pods; an error says why there is nothing to go by. */
export async function readUsage(
  client: ApiClient,
  query: UsageQuery,
): Promise<Map<string, PodUsage> | { error: string }> {
  const { namespace, selector } = query;
  try {
    const { items } = await client.list<PodMetrics>('pods.metrics.k8s.io', { namespace, labelSelector: selector });
    if (items.length === 0) return { error: 'no metrics returned from resource metrics API' };
    return new Map(items.flatMap(item => usageOf(item, query)));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const missing = error.code === 404 ? ' (get pods.metrics.k8s.io)' : '';
    return { error: `unable to fetch metrics from resource metrics API: ${error.message}${missing}` };
  }
}

function usageOf(
  { metadata, timestamp, window, containers }: PodMetrics,
  { resource, container }: UsageQuery,
): [string, PodUsage][] {
  const counted = container === undefined ? containers : containers.filter(({ name }) => name === container);
  const amounts = counted.map(({ usage }) => usage[resource]);
  if (amounts.length === 0 || amounts.some(amount => amount === undefined)) return [];
  const value = amounts.reduce((sum, amount) => sum + milliOf(amount ?? '0'), 0);
  return [[metadata.name, { value, at: Date.parse(timestamp), windowMs: millisecondsOf(window) }]];
}

/** "15s", "1m0.5s": a duration as Go writes it. */
function millisecondsOf(window: string): number {
  const factors: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
  const parts = [...window.matchAll(/([\d.]+)(ms|h|m|s)/g)];
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (factors[unit ?? ''] ?? 0), 0);
}
