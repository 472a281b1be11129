import { McpServer, type StandardSchemaWithJSON } from '@modelcontextprotocol/server';
import { ClusterError, type ClusterReader } from '../../kubernetes/cluster.ts';
import { readNodeLoads } from '../../kubernetes/node_loads.ts';
import { metered } from '../../kubernetes/read_meter.ts';
import type { Clock } from '../../lib/clock.ts';
import { hashOf } from '../../lib/hash.ts';
import { isRecord } from '../../lib/json.ts';
import type { Log } from '../../lib/log.ts';
import { version } from '../../lib/package_root.ts';
import { redact } from '../../lib/redaction.ts';
import type { Instruments } from '../instruments.ts';
import type { Told } from '../registry.ts';
import { callerKey } from '../tool_server.ts';
import { type Answer, render } from './answer.ts';
import { createKeptAnswers, type KeptAnswers } from './kept_answers.ts';
import type { Senses, Tool } from './tool.ts';
import { tools } from './tools.ts';

/** Of one answer, unless the model's window allows only less. */
export const answerTokens = 600;

/** The built-in, read-only Kubernetes server. It can't do more than its ClusterReader. */
export function createKubernetesServer(deps: {
  /** As one caller may read it. */
  clusterFor(caller: string): ClusterReader;
  clock: Pick<Clock, 'now'>;
  log: Log;
  /** What is missing is done without. */
  instruments?: Partial<Instruments>;
  /** What one answer may cost. */
  tokens?: number;
  /** Where several servers answer one client: what one has left out is read on at another. */
  kept?: KeptAnswers;
}): McpServer {
  const { tokens = answerTokens, log, clusterFor, clock, kept = createKeptAnswers() } = deps;
  const instruments: Instruments = { nodeLoads: readNodeLoads, ...deps.instruments };
  const server = new McpServer({ name: 'alertwright-kubernetes', version });
  for (const tool of tools) {
    if (tool.needs && !instruments[tool.needs]) continue;
    server.registerTool(
      tool.name,
      {
        description: tool.description,
        inputSchema: advertise(tool.inputSchema),
        outputSchema: advertise(envelopeOf(tool.factsSchema)),
        annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
      },
      async (args, { mcpReq: { signal, _meta } }) => {
        const cluster = clusterFor(callerIn(_meta));
        return resultOf(await answer(tool, args, { ...instruments, cluster, clock, kept, signal }, { log, tokens }));
      },
    );
  }
  return server;
}

function callerIn(meta: Record<string, unknown> | undefined): string {
  const caller = meta?.[callerKey];
  return typeof caller === 'string' ? caller : 'somebody';
}

/** The schema as clients see it. The tool checks the arguments itself, because it is more tolerant than its schema. */
function advertise(schema: Record<string, unknown>): StandardSchemaWithJSON<Record<string, unknown>> {
  const jsonSchema = { input: () => schema, output: () => schema };
  const validate = (value: unknown) =>
    isRecord(value) ? { value } : { issues: [{ message: 'expected an object of arguments' }] };
  return { '~standard': { version: 1, vendor: 'alertwright', validate, jsonSchema } };
}

/** What every answer has beside its text. */
function envelopeOf(facts: Record<string, unknown>): Record<string, unknown> {
  return {
    type: 'object',
    properties: {
      id: { type: 'string', description: 'by which read_more finds the whole answer' },
      read_at: { type: 'string', format: 'date-time' },
      left_out: { type: 'integer', description: 'parts that the text leaves out' },
      cost: {
        type: 'object',
        properties: { requests: { type: 'integer' }, bytes: { type: 'integer' } },
        description: 'what was read from the API server for it',
      },
      facts,
    },
    required: ['id', 'read_at', 'left_out', 'cost'],
  };
}

interface Structured extends Told {
  structured?: Record<string, unknown>;
}

/** What can go wrong with a cluster is an answer too: the model may know another way. */
async function answer(
  tool: Tool,
  args: Record<string, unknown>,
  senses: Senses,
  { log, tokens }: { log: Log; tokens: number },
): Promise<Structured> {
  const readAt = new Date(senses.clock.now()).toISOString();
  try {
    const { result, cost } = await metered(() => tool.answer(args, senses));
    if (result.kind === 'answer') {
      const whole = redacted(result.answer);
      const id = `r${hashOf([tool.name, args, readAt], 5)}`;
      const { text, left } = render(whole, Math.min(tokens, tool.tokens ?? tokens), id);
      if (left > 0) senses.kept.keep(id, whole);
      const facts = whole.facts === undefined ? {} : { facts: whole.facts };
      return { text, isError: false, structured: { id, read_at: readAt, left_out: left, cost, ...facts } };
    }
    return failed(`${tool.name} can't use these arguments: ${result.problem}`);
  } catch (error) {
    return failed(`${tool.name} ${problemOf(error, tool, senses, log)}`);
  }
}

function failed(text: string): Told {
  return { text: redact(text), isError: true };
}

function problemOf(error: unknown, tool: Tool, { signal }: Senses, log: Log): string {
  if (signal.aborted) return 'was called off.';
  if (error instanceof ClusterError) return `got no answer from the cluster: ${error.message}${hint(error)}`;
  log.error({ err: error, tool: tool.name }, 'a tool has a bug');
  return 'failed for a reason of its own. Use another tool.';
}

/** Before it is cut, because half a secret would no longer look like one. */
function redacted(answer: Answer): Answer {
  const between = '\n\u0000\n';
  const redactAll = (blocks: string[]) => redact(blocks.join(between)).split(between);
  return { ...answer, head: redactAll(answer.head), ...(answer.body ? { body: redactAll(answer.body) } : {}) };
}

function hint(error: ClusterError): string {
  if (error.status === 403) return ' (we are not allowed to read this; decide without it)';
  if (error.status === 0) return ' (the API server may be down; try once more, then decide without it)';
  return '';
}

function resultOf({ text, isError, structured }: Structured) {
  const content = [{ type: 'text' as const, text }];
  return structured ? { content, isError, structuredContent: structured } : { content, isError };
}
