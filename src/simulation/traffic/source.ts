import { z } from 'zod';

const ClockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of the day such as 14:30');

/** Requests per second, as a function of time. */
export const Rate = z.union([
  z.number().min(0),
  z.strictObject({
    low: z.number().min(0).describe('requests per second when it is calmest, half a day from the peak'),
    high: z.number().min(0).describe('requests per second at the peak'),
    peak: ClockTime.describe('when that is, in UTC'),
  }),
  z
    .array(
      z.strictObject({
        after: z
          .number()
          .min(0)
          .describe('seconds since it was set: the start of the cluster, or the step that set it'),
        perSecond: z.number().min(0).describe('requests per second from then on'),
      }),
    )
    .min(1),
]);
export type Rate = z.infer<typeof Rate>;

/** Somebody who sends requests. */
export const TrafficSource = z.strictObject({
  name: z.string().describe('what the scenario and the metrics call it'),
  from: z
    .string()
    .regex(/^(outside|[A-Z][A-Za-z]+ [a-z0-9-]+\/[a-z0-9.-]+)$/, 'expected outside, or a workload such as "Job shop/x"')
    .default('outside')
    .describe('`outside`, or the workload whose pods send it, as `Deployment shop/importer`'),
  to: z
    .url()
    .describe(
      'a URL. From outside: a host of an Ingress, or `http://NAME.NAMESPACE.svc:PORT` for a NodePort or LoadBalancer',
    ),
  requestsPerSecond: Rate.describe('how many, all of its senders together: a number, a day, or steps'),
  timeout: z.number().positive().default(10).describe('seconds after which a request is given up'),
  retries: z.int().min(0).max(10).default(0).describe('how often a request that failed is sent again'),
});
export type TrafficSource = z.infer<typeof TrafficSource>;

const dayMs = 86_400_000;

/** Requests per second at a moment, of a rate that was set at `since`. Milliseconds since the epoch. */
export function rateAt(rate: Rate, now: number, since: number): number {
  if (typeof rate === 'number') return rate;
  if (Array.isArray(rate)) return rate.findLast(({ after }) => since + after * 1000 <= now)?.perSecond ?? 0;
  const [hours, minutes] = rate.peak.split(':').map(Number);
  const peak = ((hours ?? 0) * 60 + (minutes ?? 0)) * 60_000;
  const turn = (((now - peak) % dayMs) / dayMs) * 2 * Math.PI;
  return rate.low + ((rate.high - rate.low) * (1 + Math.cos(turn))) / 2;
}
