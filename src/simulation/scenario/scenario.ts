import { z } from 'zod';
import { Program } from '../programs/program.ts';
import { alertRules } from '../signals/rules.ts';
import { Rate, TrafficSource } from '../traffic/source.ts';
import { Duration } from './duration.ts';
import { ObjectName, resourceOfKind } from './object_name.ts';
import { Oracle } from './oracle.ts';
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
  name: z.string().describe('its name'),
  cpu: z.string().default('4').describe('how many cores it has, as a quantity'),
  memory: z.string().default('8Gi').describe('how much memory it has, as a quantity'),
  pods: z.int().positive().default(110).describe('how many pods it takes'),
  disk: z.string().default('40Gi').describe('how much its pods and images may write to its disk, as a quantity'),
  architecture: z.enum(['amd64', 'arm64']).default('amd64').describe('what its machine is'),
  labels: z.record(z.string(), z.string()).default({}).describe('labels besides those that every node has'),
  taints: z
    .array(
      z.strictObject({
        key: z.string().describe('its key'),
        value: z.string().exactOptional().describe('its value'),
        effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).describe('what it does to pods'),
      }),
    )
    .default([])
    .describe('what keeps pods off it'),
});
export type WorldNode = z.infer<typeof WorldNode>;

/** Things that happen in the world. Each names what it does by its key. */
const Step = z.union([
  z.strictObject({ apply: Manifest.describe('an object is created, or changed to what is written') }),
  z.strictObject({
    patch: ObjectName.describe('an object is changed'),
    strategic: z.record(z.string(), z.unknown()).describe('the change, as a strategic merge patch'),
  }),
  z.strictObject({
    setImage: ObjectName.describe('a workload is released with another image'),
    container: z.string().describe('the container that gets it'),
    image: z.string().describe('the image, with its tag'),
    cause: z.string().optional().describe('what `kubectl rollout history` shows'),
  }),
  z.strictObject({ delete: ObjectName.describe('an object is deleted') }),
  z.strictObject({ rollBack: ObjectName.describe('a Deployment gets the template of its revision before') }),
  z.strictObject({ restart: ObjectName.describe('a workload is restarted, as by `kubectl rollout restart`') }),
  z.strictObject({
    scale: ObjectName.describe('a workload gets another number of replicas'),
    replicas: z.int().min(0).describe('how many'),
  }),
  z.strictObject({
    replacePodsOf: ObjectName.describe('all pods of a Deployment make place for new ones, as when nodes are drained'),
  }),
  z.strictObject({
    host: z.string().describe('a host outside the cluster changes'),
    reachable: z.boolean().describe('whether it answers from now on'),
    latency: z.number().min(0).exactOptional().describe('seconds that an answer takes from now on'),
    failing: z.number().min(0).max(1).exactOptional().describe('the share of requests that it fails from now on'),
  }),
  z.strictObject({
    traffic: z.string().describe('a source of requests sends another number of them from now on'),
    requestsPerSecond: Rate.describe('how many, written as in the world'),
  }),
  z.strictObject({
    program: z.string().describe('a program is another one from now on under the same image, for what starts later'),
    behaviour: z.record(z.string(), z.unknown()).describe('the parts of its behaviour that change'),
  }),
  z.strictObject({
    node: z.string().describe('the machine of a node changes'),
    state: z
      .enum(['well', 'unreachable', 'runtime_down', 'network_down'])
      .describe('`unreachable` nodes go on by themselves; the others say what is wrong with them'),
  }),
  z.strictObject({
    occupy: z.string().describe('something that is no pod takes room on a node; enough of it puts it under pressure'),
    memory: z.string().default('0').describe('how much memory, as a quantity'),
    disk: z.string().default('0').describe('how much of its disk, as a quantity'),
  }),
  z.strictObject({
    registry: z.string().describe('a registry of images changes'),
    reachable: z.boolean().describe('whether it answers from now on'),
  }),
  z.strictObject({ removeTag: z.string().describe('an image, with its tag, that its registry forgets') }),
  z.strictObject({ pause: Duration.describe('time passes') }),
]);
export type Step = z.infer<typeof Step>;

export const ScenarioWorld = z.strictObject({
  nodes: z.array(WorldNode).min(1).describe('the machines of the cluster'),
  programs: z.array(Program).min(1).describe('what the image registry holds'),
  hosts: z
    .array(
      z.strictObject({
        host: z.string().describe('its name, such as `api.bank.example`'),
        reachable: z.boolean().default(true).describe('whether it answers'),
        latency: z.number().min(0).exactOptional().describe('seconds that an answer takes; otherwise 0.08'),
        failing: z.number().min(0).max(1).exactOptional().describe('the share of requests that it fails'),
      }),
    )
    .default([])
    .describe('hosts outside the cluster; there are no others'),
  traffic: z.array(TrafficSource).default([]).describe('who sends requests to what runs here'),
  manifests: z
    .array(Manifest)
    .min(1)
    .describe(`what is applied first; kinds: ${Object.keys(resourceOfKind).join(', ')}`),
  history: z.array(Step).default([]).describe('what happened while all was well: it gives workloads a past'),
});
export type ScenarioWorld = z.infer<typeof ScenarioWorld>;

const Deed = z.strictObject({
  what: z.string().max(120).describe('for people: what somebody does about it'),
  steps: z.array(Step).describe('what that is; nothing at all where a person only has to be told'),
});
export type Deed = z.infer<typeof Deed>;

const Deeds = z.strictObject({
  good: z.array(Deed).min(1).describe('each of them passes'),
  wrong: z
    .array(Deed.extend({ harmful: z.boolean().describe('whether it counts as harm, or is only of no use') }))
    .default([])
    .describe('none of them passes'),
});

export const ScenarioShape = z.strictObject({
  name: z.string().describe('what it is called; otherwise after its file'),
  title: z.string().max(80).describe('for people: what happens, in a few words'),
  summary: z.string().max(600).describe('for people: what goes wrong, and what the right answer is'),
  world: ScenarioWorld.describe('a world in which all is well; or the path of a file with one, beside the scenario'),
  history: z.array(Step).default([]).describe('what happened last before the fault, when all was still well'),
  fault: z.array(Step).min(1).describe('what goes wrong'),
  alerts: z
    .partialRecord(z.enum(alertRules.map(({ name }) => name)), Duration)
    .default({})
    .describe('by the name of an alert: how long its finding must last before it fires'),
  oracle: Oracle.describe('how to tell from the cluster whether somebody has dealt with it'),
  deeds: Deeds.exactOptional().describe('what `alertwright scenario check` tries the oracle with'),
});
export type Scenario = z.infer<typeof ScenarioShape>;

export const Scenario = ScenarioShape.superRefine((scenario, context) => {
  for (const broken of brokenReferences(scenario)) context.addIssue({ code: 'custom', ...broken });
});
