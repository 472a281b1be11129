import { z } from 'zod';
import { ClusterError } from '../../kubernetes/cluster.ts';
import type { Container, Pod } from '../../kubernetes/objects.ts';
import { redact } from '../../lib/redaction.ts';
import { type Answer, clip, enumerate, plural } from './answer.ts';
import { containerLines, shownContainers, statusOf } from './container_lines.ts';
import { foldLines, matches } from './log_lines.ts';
import { isHealthy, restartsOf } from './pod_groups.ts';
import { findSubject } from './subject.ts';
import { defineTool, type Senses } from './tool.ts';

const Input = z.object({
  namespace: z.string(),
  name: z.string(),
  container: z.string().optional(),
  previous: z.boolean().optional(),
  grep: z.string().optional().describe('a|b: either text'),
  lines: z.number().int().min(1).max(1000).optional(),
  since_minutes: z.number().min(0.1).max(10_080).optional(),
});

export const getPodLogs = defineTool({
  name: 'get_pod_logs',
  description: 'Log of a pod, or of the worst pod of a workload; previous=true: of the crashed run.',
  input: Input,
  facts: z.object({ pod: z.string(), container: z.string(), previous: z.boolean(), lines: z.number() }),
  aliases: {
    pod: 'name',
    workload: 'name',
    deployment: 'name',
    pod_name: 'name',
    container_name: 'container',
    tail: 'lines',
    tail_lines: 'lines',
    tailLines: 'lines',
    filter: 'grep',
    search: 'grep',
    since: 'since_minutes',
    minutes: 'since_minutes',
  },
  answer: (args, senses) => logs(args, senses),
});

type Asked = z.infer<typeof Input>;

interface Facts {
  pod: string;
  container: string;
  previous: boolean;
  lines: number;
}

/** One run of one container. */
interface Reading {
  pod: Pod;
  container: Container;
  previous: boolean;
  /** "the worst of 3 pods", when there was a choice. */
  chosen: string;
}

async function logs(asked: Asked, senses: Senses): Promise<Answer<Facts>> {
  const subject = await findSubject(asked.namespace, asked.name, senses);
  if (subject.kind === 'nothing') return { head: subject.answer.head };
  const pods = subject.kind === 'deployment' ? subject.facts.pods : subject.pods;
  const pod = worstOf(pods);
  if (!pod) return { head: [`${asked.name} in ${asked.namespace} has no pods, so there are no logs.`] };
  const container = chooseContainer(pod, asked.container);
  if (!container) {
    const names = shownContainers(pod).map(({ name }) => name);
    return {
      head: [`Pod ${pod.metadata.name} has no container "${asked.container}". It has: ${enumerate(names, 10)}.`],
    };
  }
  const chosen = pods.length > 1 ? ` (the worst of ${plural(pods.length, 'pod')})` : '';
  return read({ pod, container, previous: asked.previous ?? false, chosen }, asked, senses);
}

/** The run that was asked for; when it said nothing and another run did, that one. */
async function read(reading: Reading, asked: Asked, senses: Senses): Promise<Answer<Facts>> {
  const restarted = (statusOf(reading.pod, reading.container.name)?.restartCount ?? 0) > 0;
  const first = await fetchLog(reading, asked, senses);
  if (typeof first === 'string' && first.trim() !== '') return present(reading, first, asked);
  const other = { ...reading, previous: !reading.previous };
  if (restarted || reading.previous) {
    const second = await fetchLog(other, asked, senses);
    if (typeof second === 'string' && second.trim() !== '') return present(other, second, asked);
  }
  return noLog(reading, first, senses);
}

/** The text, or the server's reason for not having any. */
async function fetchLog(reading: Reading, asked: Asked, senses: Senses): Promise<string | { reason: string }> {
  const pod = { namespace: asked.namespace, name: reading.pod.metadata.name };
  const tailLines = asked.grep === undefined ? (asked.lines ?? 40) : 5_000;
  const since = asked.since_minutes === undefined ? {} : { sinceSeconds: Math.ceil(asked.since_minutes * 60) };
  const query = {
    container: reading.container.name,
    previous: reading.previous,
    tailLines,
    limitBytes: 2 ** 19,
    ...since,
  };
  try {
    return await senses.cluster.logs(pod, query, senses.signal);
  } catch (error) {
    if (error instanceof ClusterError && (error.status === 400 || error.status === 404))
      return { reason: error.message };
    throw error;
  }
}

function present(reading: Reading, text: string, asked: Asked): Answer<Facts> {
  // Before lines are chosen and cut, because half a secret would no longer look like one.
  const all = redact(text).trimEnd().split('\n');
  const wanted = asked.lines ?? 40;
  const found = asked.grep === undefined ? all : all.filter(line => matches(line, asked.grep ?? ''));
  const run = reading.previous ? 'the run before the last restart' : 'the current or last run';
  const what = `Log of ${where(reading)}, ${run}`;
  if (found.length === 0) {
    return { head: [`${what}: none of its last ${plural(all.length, 'line')} has "${clip(asked.grep ?? '', 80)}".`] };
  }
  const told = asked.grep === undefined ? '' : ` with "${clip(asked.grep, 80)}", of ${found.length}`;
  // Each behind a mark of ours: no line of a program can pass for one that we have written.
  const body = foldLines(found.slice(-wanted)).map(line => `| ${clip(line, 400)}`);
  const { pod, container, previous } = reading;
  return {
    facts: { pod: pod.metadata.name, container: container.name, previous, lines: found.length },
    head: [`${what}, last ${plural(Math.min(found.length, wanted), 'line')}${told}:`],
    body,
    keep: 'last',
    more: 'ask with grep, or for fewer lines',
  };
}

function noLog(reading: Reading, answer: string | { reason: string }, senses: Senses): Answer<Facts> {
  const why = typeof answer === 'string' ? 'the container has written nothing' : clip(answer.reason, 240);
  const state = containerLines(reading.pod, reading.container, senses.clock.now());
  return { head: [`There is no log of ${where(reading)}: ${why}.`, 'Its state:', ...state] };
}

function where({ pod, container, chosen }: Reading): string {
  return `pod ${pod.metadata.namespace}/${pod.metadata.name}, container ${container.name}${chosen}`;
}

/** Not healthy before healthy, most restarts first, then the newest. */
function worstOf(pods: readonly Pod[]): Pod | undefined {
  return pods.toSorted(
    (a, b) =>
      Number(isHealthy(a)) - Number(isHealthy(b)) ||
      restartsOf(b) - restartsOf(a) ||
      ((a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? 1 : -1),
  )[0];
}

function chooseContainer(pod: Pod, name: string | undefined): Container | undefined {
  if (name !== undefined) {
    return [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find(container => container.name === name);
  }
  const shown = shownContainers(pod);
  return shown.find(container => !statusOf(pod, container.name)?.ready) ?? shown[0];
}
