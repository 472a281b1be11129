import { z } from 'zod';
import { Duration } from './duration.ts';
import { ObjectName } from './object_name.ts';

/** How to tell from the cluster alone whether somebody has dealt with what went wrong. */

/** `shop/cart` is a Deployment, anything else says its kind: `StatefulSet shop/db`. */
const WorkloadName = z
  .string()
  .regex(
    /^((StatefulSet|DaemonSet|CronJob|Deployment) )?[a-z0-9-]+\/[a-z0-9.-]+$/,
    'expected a workload, as "shop/cart"',
  );

/** With its kind, as objects are named everywhere else. */
export function withKind(workload: string): string {
  return workload.includes(' ') ? workload : `Deployment ${workload}`;
}

const Cause = z.union([
  ObjectName,
  z.strictObject({ host: z.string().describe('a host outside the cluster, as a cause') }),
]);
export type Cause = z.infer<typeof Cause>;

const Permission = z.strictObject({
  object: ObjectName.describe('an object that may be changed'),
  fields: z
    .array(z.string())
    .default([])
    .describe('paths that may take any value; every other field only the one from before the fault'),
});

const Scalar = z.union([z.string(), z.number(), z.boolean()]);

const Claim = z.strictObject({
  object: ObjectName.describe('an object that is looked at'),
  path: z.string().describe('where in it, as `status.phase`; list items by name or number'),
  is: Scalar.exactOptional().describe('the value that must stand there'),
  isNot: Scalar.exactOptional().describe('the value that must not stand there'),
  atLeast: z.string().exactOptional().describe('the least amount, as a quantity'),
  atMost: z.string().exactOptional().describe('the largest amount, as a quantity'),
});
export type Claim = z.infer<typeof Claim>;

export const Oracle = z.strictObject({
  outcome: z
    .enum(['resolved', 'escalated'])
    .describe('`resolved`: the cluster must be put right; `escalated`: it must be left alone, and a person told'),
  rootCause: z.array(Cause).min(1).describe('any of them counts as the object in which the root cause lies'),
  mayChange: z.array(Permission).default([]).describe('the only objects that may be changed'),
  unattended: z
    .record(WorkloadName, z.int().min(0))
    .default({})
    .describe('workloads that lack replicas when nobody does anything, and how many they have left'),
  mayBeUnhealthy: z.array(WorkloadName).default([]).describe('workloads that need not be well at the end'),
  holds: z.array(Claim).default([]).describe('what else must be so at the end, and later'),
  traffic: z
    .record(
      z.string(),
      z.strictObject({
        okShare: z.number().min(0).max(1).describe('the share of its requests that must be answered well'),
        p99: z.number().positive().exactOptional().describe('seconds within which 99 of 100 must be answered'),
      }),
    )
    .default({})
    .describe('by the name of a source; what is not listed must fare as it did when all was well'),
  lasts: Duration.prefault('10m').describe('how long a recovery has to last; a CronJob is also given its next run'),
});
export type Oracle = z.infer<typeof Oracle>;
