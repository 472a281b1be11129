import type { Pod } from '../../src/kubernetes/objects.ts';
import { stopwatch } from '../../src/lib/clock.ts';
import { type BrokenNamespace, brokenNamespace, startBrokenNamespace } from './tools/broken_namespace.ts';
import { connectionsOf, requestsOf } from './tools/many_incidents.ts';
import { type Question, questions } from './tools/questions.ts';
import { countingRequests, ourSide, type Side, theirSide, tokensOf } from './tools/sides.ts';

interface Cost {
  tokens: number;
  ms: number;
  requests: number;
  /** What the answer ought to say, and doesn't. */
  unsaid: RegExp[];
}

const incidentsInAMinute = 50;
const readsAtOnce = 500;

/** Our tools and kubernetes-mcp-server on the same cluster, asked the same; and what many incidents cost the API server. */
export async function benchTools(): Promise<void> {
  const world = await startBrokenNamespace();
  const sides = { ours: await ourSide(world), theirs: await theirSide(world) };
  try {
    await sideBySide(world, sides);
    await manyIncidents(world);
  } finally {
    await Promise.all(Object.values(sides).map(side => side.close()));
    await world.close();
  }
}

/** Each question as if nothing had been asked before. */
async function sideBySide(world: BrokenNamespace, { ours, theirs }: Record<'ours' | 'theirs', Side>): Promise<void> {
  const asked = questions(await crashingPod(world));
  console.log(
    `tools: ${world.workloads.length} broken workloads in a namespace, ${asked.length} questions; ours | kubernetes-mcp-server`,
  );
  console.log(`  ${'offered at once'.padEnd(48)} ${tokensOf(ours.offered)} | ${tokensOf(theirs.offered)} tokens`);
  console.log(`  ${''.padEnd(48)} ${header} | ${header}`);
  const rows: [Cost, Cost][] = [];
  for (const question of asked) {
    const row: [Cost, Cost] = [await askAll(ours, question, 'ours'), await askAll(theirs, question, 'theirs')];
    rows.push(row);
    console.log(`  ${question.asks.padEnd(48)} ${cells(row[0])} | ${cells(row[1])}`);
  }
  const [us, them] = [rows.map(([cost]) => cost), rows.map(([, cost]) => cost)];
  console.log(`  ${'median'.padEnd(48)} ${cells(over(us, median))} | ${cells(over(them, median))}`);
  console.log(`  ${'sum'.padEnd(48)} ${cells(over(us, sum))} | ${cells(over(them, sum))}`);
  console.log(`  ${'answered'.padEnd(48)} ${answered(us)} | ${answered(them)}`);
  const part = (of: typeof sum) => (over(us, of).tokens / over(them, of).tokens).toFixed(2);
  ours.forget();
  const inOneGo = await countingRequests(async () => {
    for (const question of asked) for (const call of question.ours) await ours.ask(call);
  });
  console.log(`  requests of ours, asked one after the other: ${inOneGo.heard.requests}`);
  console.log(`  tokens against theirs: ${part(median)} at the median, ${part(sum)} in sum`);
}

const header = ' tokens    ms  requests  says why';

function cells({ tokens, ms, requests, unsaid }: Cost): string {
  const said = unsaid.length === 0 ? 'yes' : 'no';
  return `${tokens.toLocaleString('en').padStart(7)} ${ms.toFixed(0).padStart(5)} ${String(requests).padStart(9)} ${said.padStart(9)}`;
}

async function manyIncidents(world: BrokenNamespace): Promise<void> {
  const one = await requestsOf(1, world, ['orders']);
  const told = async (incidents: number, workloads: string[]) => {
    const requests = await requestsOf(incidents, world, workloads);
    return `${requests} requests (${(requests / one).toFixed(1)} times one)`;
  };
  console.log(`
  one incident                                     ${one} requests to the API server
  ${incidentsInAMinute} in a minute, of one workload                 ${await told(incidentsInAMinute, ['orders'])}
  ${incidentsInAMinute} in a minute, each of another workload        ${await told(incidentsInAMinute, world.workloads)}
  ${readsAtOnce} reads at once                                went over ${await connectionsOf(readsAtOnce, world)} connections`);
}

async function askAll(side: Side, question: Question, which: 'ours' | 'theirs'): Promise<Cost> {
  side.forget();
  const elapsed = stopwatch();
  const { result, heard } = await countingRequests(async () => {
    const answers: string[] = [];
    for (const call of question[which]) answers.push(await side.ask(call));
    return answers.join('\n');
  });
  const unsaid = question.says.filter(pattern => !pattern.test(result));
  return { tokens: tokensOf(result), ms: elapsed(), requests: heard.requests, unsaid };
}

async function crashingPod({ embedded }: BrokenNamespace): Promise<string> {
  const { items } = await embedded.client.list<Pod>('pods', {
    namespace: brokenNamespace,
    labelSelector: 'app=orders',
  });
  return items.find(({ status }) => !status?.containerStatuses?.[0]?.ready)!.metadata.name;
}

function over(costs: readonly Cost[], fold: (values: number[]) => number): Cost {
  const of = (key: 'tokens' | 'ms' | 'requests') => fold(costs.map(cost => cost[key]));
  return { tokens: of('tokens'), ms: of('ms'), requests: of('requests'), unsaid: costs.flatMap(cost => cost.unsaid) };
}

function answered(costs: readonly Cost[]): string {
  return `${costs.filter(({ unsaid }) => unsaid.length === 0).length} of ${costs.length}`;
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle) - 1]!) / 2;
}

function sum(values: number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
