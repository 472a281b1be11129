import { z } from 'zod';
import { isPattern } from '../lib/redaction_patterns.ts';
import type { SchemaNode } from '../lib/schema_node.ts';
import { Alertmanager } from './alertmanager.ts';
import { Auth, Limits, Tls } from './doors.ts';
import { Prometheus } from './prometheus.ts';
import { Tools } from './tools.ts';

const text = z.string().min(1);
const seconds = z.int().min(1).max(86_400);
const url = z
  .url({ protocol: /^https?$/, error: 'an http or https URL' })
  .refine(text => !/\/\/[^/]*@/.test(text), 'a URL without user and password (a key has a place of its own: apiKey)');

const Model = z.strictObject({
  url: url.describe('OpenAI-compatible endpoint, up to and with the version: https://models.example/v1'),
  name: text.describe('what the endpoint calls the model'),
  apiKey: text.optional().describe('key for the endpoint; apiKeyFile keeps it out of the configuration'),
  apiKeyFile: text.optional().describe('file that holds the key'),
  timeoutSeconds: seconds.default(60).describe('longest wait for one answer'),
  contextTokens: z.int().min(1000).optional().describe("the model's window, when it is smaller than 128,000 tokens"),
});

const Kubeconfig = z.strictObject({
  kubeconfig: text.optional().describe('a kubeconfig file; otherwise the default one'),
  context: text.optional().describe('a context of that file; otherwise its current one'),
});

const Guard = z.strictObject({
  namespaces: z.array(text).default(['*']).describe('where changes are allowed; * matches any letters'),
  denyNamespaces: z
    .array(text)
    .default(['kube-system', 'kube-public', 'kube-node-lease'])
    .describe('where they are not, whatever namespaces says'),
  kinds: z.array(text).default(['Deployment']).describe('what may be changed'),
  protectedAnnotation: text
    .default('alertwright.dev/protected')
    .describe('an object or namespace with this annotation is left alone'),
  coolDownSeconds: seconds
    .default(3600)
    .describe('how long a target is left alone after a change that did not help it'),
});

const Verify = z.strictObject({
  watchSeconds: seconds.default(600).describe('how long a change is watched at most before a person is asked'),
  steadySeconds: seconds.default(60).describe('how long all must be well, without a break, to count as recovered'),
  patienceSeconds: seconds.default(120).describe('how long it may fail, without a break, before it is undone'),
  checkSeconds: seconds.default(10).describe('pause between two looks at the workload'),
});

const Budget = z.strictObject({
  turns: z.int().min(1).max(100).default(12).describe('model turns of one investigation at most'),
  calls: z.int().min(1).max(500).default(30).describe('tool calls at most'),
  seconds: seconds.default(300).describe('seconds spent on model and tools at most'),
  tokens: z.int().min(1000).default(60_000).describe('tokens, prompt and completion, at most'),
  answerTokens: z.int().min(200).default(2000).describe('tokens of one answer of the model at most'),
  turnsAtOnce: z
    .int()
    .min(1)
    .max(1000)
    .default(8)
    .describe('questions that are with the model at once; those of further incidents wait their turn'),
});

const Intake = z.strictObject({
  stormSeconds: seconds
    .default(60)
    .describe('different things that begin to alert within this time in one place become one incident'),
  stormOnNode: z.int().min(2).default(5).describe('how many different things on one node that takes'),
  stormInNamespace: z.int().min(2).default(10).describe('how many different things in one namespace that takes'),
  recurrenceHours: z
    .int()
    .min(1)
    .max(720)
    .default(24)
    .describe('an incident with the same cause within this time after one is called its recurrence'),
});

/** Everything that can be set. Each key is also an environment variable: see `environment.ts`. */
export const Config = z.strictObject({
  listen: z
    .string()
    .regex(/^(\[[0-9a-fA-F:.]+\]|[^:\s[\]]*):\d{1,5}$/, 'host:port, such as 127.0.0.1:9099')
    .default('127.0.0.1:9099')
    .describe('address of the webhook and the API, as host:port'),
  dataDir: text.default('.alertwright').describe('folder of the database'),
  cluster: z
    .union([z.enum(['embedded', 'in-cluster']), Kubeconfig])
    .optional()
    .describe('the cluster to look after: in-cluster, a kubeconfig, or embedded to try it out'),
  scenario: text
    .optional()
    .describe('what goes wrong in the embedded cluster, by name or .yaml file; otherwise all is well'),
  model: z
    .union([z.literal('scripted'), Model])
    .optional()
    .describe('the language model: an endpoint, or scripted (rules, no language model) to try it out'),
  mode: z
    .enum(['observe', 'approve', 'auto'])
    .default('approve')
    .describe('observe changes nothing, approve asks a person for each plan, auto does what the guard permits'),
  guard: Guard.prefault({}).describe('what may be changed'),
  intake: Intake.prefault({}).describe('how alerts become incidents'),
  alertmanager: Alertmanager.prefault({}).describe('where Alertmanager is asked what it has in hand, to catch up'),
  prometheus: Prometheus.prefault({}).describe('where metrics are asked for'),
  redaction: z
    .strictObject({
      patterns: z
        .array(z.string().refine(isPattern, 'a regular expression that finds something'))
        .max(50)
        .default([])
        .describe('regular expressions for what else is secret, everywhere; a group says which part of it'),
    })
    .prefault({})
    .describe('what is taken out of everything that is read, beside what is known to be secret'),
  tools: Tools.prefault({}).describe('what an investigation may look with, beside what is built in'),
  verify: Verify.prefault({}).describe('how a change is watched'),
  budget: Budget.prefault({}).describe('what an investigation may cost'),
  approvalTimeoutSeconds: z
    .int()
    .min(1)
    .max(7 * 86_400)
    .default(3600)
    .describe('how long a plan waits for approval before the incident goes to a person'),
  keepDays: z
    .int()
    .min(1)
    .max(3650)
    .default(90)
    .describe('how long incidents that are over are kept, with their alerts and transcripts'),
  auth: Auth.prefault({}).describe('who may call'),
  tls: Tls.optional().describe('certificates, for https'),
  limits: Limits.prefault({}).describe('how often one address may call'),
  log: z
    .strictObject({
      level: z
        .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
        .default('info')
        .describe('least severe message that is logged'),
    })
    .prefault({})
    .describe('what is logged, on standard error'),
});
export type Config = z.infer<typeof Config>;

export const configJsonSchema = z.toJSONSchema(Config, { io: 'input' }) as SchemaNode;

/** The keys that may stand below a path; none where no mapping is expected. */
export function keysAt(path: readonly PropertyKey[]): string[] {
  return Object.keys(mappingOf(nodeAt(path))?.properties ?? {});
}

export function nodeAt(path: readonly PropertyKey[]): SchemaNode | undefined {
  return path.reduce<SchemaNode | undefined>(
    (node, key) => (typeof key === 'number' ? node?.items : mappingOf(node)?.properties?.[String(key)]),
    configJsonSchema,
  );
}

/** The branch of a node that is a mapping. */
export function mappingOf(node: SchemaNode | undefined): SchemaNode | undefined {
  return node?.properties ? node : node?.anyOf?.find(branch => branch.properties);
}

const secretKeys = [['auth'], ['model', 'apiKey'], ['alertmanager', 'token'], ['alertmanager', 'password']];

/** Whether what stands at the path may be a secret, also by mistake (`auth: my-token`). Such values are never shown. */
export function isSecret(path: readonly PropertyKey[]): boolean {
  return secretKeys.some(secret => secret.every((key, index) => path[index] === key));
}
