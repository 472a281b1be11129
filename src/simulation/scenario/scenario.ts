import { z } from 'zod';
import { Program } from '../programs/program.ts';
import { alertRules } from '../signals/rules.ts';
import { Duration } from './duration.ts';
import { ObjectName, resourceOfKind } from './object_name.ts';
import { brokenReferences } from './references.ts';

/**
 * One situation, as data: a world in which all is well, what goes wrong in it, and how to tell from the cluster alone
 * whether somebody has dealt with it. Nothing of it but the world and the fault ever reaches the cluster.
 */

const Manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string().refine(kind => kind in resourceOfKind, `expected one of ${Object.keys(resourceOfKind).join(', ')}`),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().exactOptional() }),
});
export type Manifest = z.infer<typeof Manifest>;

const WorldNode = z.strictObject({
  name: z.string(),
  cpu: z.string().default('4'),
  memory: z.string().default('8Gi'),
  pods: z.int().positive().default(110),
});
export type WorldNode = z.infer<typeof WorldNode>;

/** Things that happen in the world. Each names what it does by its key. */
const Step = z.union([
  z.strictObject({ apply: Manifest }),
  z.strictObject({
    patch: ObjectName,
    strategic: z.record(z.string(), z.unknown()),
  }),
  /** A release; `cause` is what `kubectl rollout history` shows. */
  z.strictObject({ setImage: ObjectName, container: z.string(), image: z.string(), cause: z.string().optional() }),
  z.strictObject({ delete: ObjectName }),
  /** All its pods make place for new ones, as when nodes are drained. */
  z.strictObject({ replacePodsOf: ObjectName }),
  z.strictObject({ host: z.string(), reachable: z.boolean() }),
  /** What a program is like from now on, under the same image; it counts for containers that start later. */
  z.strictObject({ program: z.string(), behaviour: z.record(z.string(), z.unknown()) }),
  z.strictObject({ pause: Duration }),
]);
export type Step = z.infer<typeof Step>;

export const ScenarioWorld = z.strictObject({
  nodes: z.array(WorldNode).min(1),
  /** What the image registry holds. */
  programs: z.array(Program).min(1),
  /** Hosts outside the cluster. */
  hosts: z.array(z.strictObject({ host: z.string(), reachable: z.boolean().default(true) })).default([]),
  manifests: z.array(Manifest).min(1),
  /** What happened while all was well: it gives workloads a past. */
  history: z.array(Step).default([]),
});
export type ScenarioWorld = z.infer<typeof ScenarioWorld>;

const Cause = z.union([ObjectName, z.strictObject({ host: z.string() })]);
export type Cause = z.infer<typeof Cause>;

export const Oracle = z.strictObject({
  /** `resolved`: the cluster must be put right. `escalated`: it must be left alone and a person told. */
  outcome: z.enum(['resolved', 'escalated']),
  /** Any of them counts as the object in which the root cause lies. */
  rootCause: z.array(Cause).min(1),
  /** The only objects that may be changed; fields beyond "as before the fault" are listed by their path. */
  mayChange: z.array(z.strictObject({ object: ObjectName, fields: z.array(z.string()).default([]) })).default([]),
  /** Deployments that are short of replicas when nobody does anything, and how many they have left. */
  unattended: z.record(z.string(), z.int().min(0)).default({}),
  /** Deployments that needn't be healthy at the end. */
  mayBeUnhealthy: z.array(z.string()).default([]),
  /** How long a recovery has to last. */
  lasts: Duration.default(600_000),
});
export type Oracle = z.infer<typeof Oracle>;

const ScenarioShape = z.strictObject({
  /** The name of its file. */
  name: z.string(),
  title: z.string().max(80),
  summary: z.string().max(600),
  world: ScenarioWorld,
  /** What happened last before the fault, when all was still well. */
  history: z.array(Step).default([]),
  fault: z.array(Step).min(1),
  /** By the name of an alert: how long its finding must last. */
  alerts: z.partialRecord(z.enum(alertRules.map(({ name }) => name)), Duration).default({}),
  oracle: Oracle,
});
export type Scenario = z.infer<typeof ScenarioShape>;

export const Scenario = ScenarioShape.superRefine((scenario, context) => {
  for (const broken of brokenReferences(scenario)) context.addIssue({ code: 'custom', ...broken });
});
