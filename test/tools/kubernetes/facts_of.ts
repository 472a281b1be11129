import type { ClusterReader } from '../../../src/kubernetes/cluster.ts';
import { readNodeLoads } from '../../../src/kubernetes/node_loads.ts';
import type { Instruments } from '../../../src/tools/instruments.ts';
import { createKeptAnswers } from '../../../src/tools/kubernetes/kept_answers.ts';
import { tools } from '../../../src/tools/kubernetes/tools.ts';
import { now } from './world.ts';

/** What a tool says to programs. */
export async function factsOf(
  cluster: ClusterReader,
  name: string,
  args: Record<string, unknown>,
  instruments: Partial<Instruments> = {},
): Promise<Record<string, unknown> | undefined> {
  const tool = tools.find(each => each.name === name);
  if (!tool) throw new Error(`expected a tool ${name}`);
  const { signal } = new AbortController();
  const senses = { nodeLoads: readNodeLoads, ...instruments, cluster, signal };
  const told = await tool.answer(args, { ...senses, kept: createKeptAnswers(), clock: { now: () => now } });
  if (told.kind !== 'answer') throw new Error(`expected an answer of ${name}, got: ${told.problem}`);
  return told.answer.facts;
}
