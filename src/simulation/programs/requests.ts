import { z } from 'zod';
import { parseQuantity } from '../../kubernetes/quantity.ts';
import { Amount, Quantity } from './amount.ts';
import { type Settings, secondsOf } from './settings.ts';

const Failure = z.strictObject({
  share: Amount.describe('the share of requests that fail so, from 0 to 1'),
  above: z.number().min(0).default(0).describe('only while one container gets more requests in a second than this'),
  status: z.int().min(400).max(599).default(500).describe('the HTTP status that it answers then'),
});

/** What it takes to answer one request. */
export const Requests = z.strictObject({
  latency: Amount.default(0.02).describe('seconds that it takes by itself, beside its CPU and its calls to others'),
  cpu: Quantity.default('1m').describe('seconds of a core that it takes'),
  memory: Quantity.default('0').describe('what it holds while it is in flight'),
  concurrency: Amount.optional().describe(
    'how many are worked on at once in one container; what has no place for long is refused with 503',
  ),
  failures: z.array(Failure).default([]).describe('requests that fail for reasons of its own'),
});
export type Requests = z.infer<typeof Requests>;

/** The same, with the settings that the program was started with. */
export interface Serving {
  latency: number;
  cpuSeconds: number;
  memoryBytes: number;
  concurrency: number;
  failures: { share: number; above: number; status: number }[];
}

export function servingOf(requests: Requests, settings: Settings): Serving {
  const { latency, cpu, memory, concurrency, failures } = requests;
  return {
    latency: secondsOf(latency, settings) ?? 0,
    cpuSeconds: parseQuantity(cpu) ?? 0,
    memoryBytes: parseQuantity(memory) ?? 0,
    concurrency: (concurrency === undefined ? undefined : secondsOf(concurrency, settings)) ?? Infinity,
    failures: failures.map(({ share, above, status }) => ({
      share: Math.min(1, secondsOf(share, settings) ?? 0),
      above,
      status,
    })),
  };
}
