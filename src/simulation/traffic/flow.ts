import type { NeededService } from '../programs/run_program.ts';
import { coresAnyway } from '../programs/usage.ts';
import type { Running } from '../programs/world.ts';
import { type Address, parseAddress } from './address.ts';
import { type Answers, noAnswers } from './answers.ts';
import { type CallResult, callAll } from './call.ts';
import type { PodFacts } from './cluster_view.ts';
import { type Contender, shareCores } from './contention.ts';
import { type End, type Network, peerOf } from './network.ts';
import { type Served, serve } from './serve.ts';

/** Requests for one path of one container. */
interface Arrival {
  port: number;
  path: string;
  rate: number;
  /** Seconds that those who ask wait, times their rate. */
  patience: number;
}

/** A container that gets requests. */
export interface Server {
  running: Running;
  pod: PodFacts;
  arrivals: Map<string, Arrival>;
  served: Served;
  /** What its calls to others came to. */
  calls: Map<NeededService, OutgoingCalls>;
}

export interface OutgoingCalls {
  address: Address;
  result: CallResult;
  /** Attempts per second. */
  rate: number;
}

/** Requests that somebody sends, to be shared out between where they end. */
export interface Demand {
  ends: readonly End[];
  path: string;
  rate: number;
  timeout: number;
}

export interface Flow {
  servers: ReadonlyMap<Running, Server>;
  /** What a request for a path of a container gets. */
  answersAt(end: Extract<End, { kind: 'container' }>, path: string): Answers;
}

export interface Moment {
  network: Network;
  before: Flow | undefined;
  /** The containers that run, and the addresses of their pods. */
  alive: ReadonlyMap<Running, string>;
  now: number;
}

const idle: Served = { answers: noAnswers, done: 0, cpuCores: 0, memoryBytes: 0, delay: 0, throttled: 0 };
const mostPasses = 12;
const mostPerSecond = 1e6;

/**
 * Lets demand run through the cluster until it is steady: what callers send depends on what they get done, which
 * depends on what those they call have answered. `demands` is asked again in every pass, as callers try again more
 * often the more fails. Starts from how it was the last time, which mostly is how it still is.
 */
export function settle(at: Moment, demands: (flow: Flow) => Demand[]): Flow {
  const { network, now } = at;
  let flow = flowOf(new Map([...(at.before?.servers ?? [])].filter(([running]) => at.alive.has(running))));
  const reached = new Map<string, End[]>();
  const reach = (pod: PodFacts, address: Address) => {
    const key = `${pod.uid} ${address.host}:${address.port}`;
    const known = reached.get(key) ?? network.reach(peerOf(pod), address).ends;
    reached.set(key, known);
    return known;
  };
  const contention = (servers: ReadonlyMap<Running, Server>) => contend(at, servers);
  for (let pass = 0; pass < mostPasses; pass++) {
    const next = advance(flow, demands(flow), { reach, contention, now });
    const steady = isSteady(flow, next);
    flow = next;
    if (steady) break;
  }
  return flow;
}

interface Surroundings {
  reach(pod: PodFacts, address: Address): End[];
  /** The most cores that each may use, where nodes have too few. */
  contention(servers: ReadonlyMap<Running, Server>): Map<Running, number>;
  now: number;
}

/** What the nodes leave to each container, when all get the requests that they are about to get. */
function contend(
  { network: { view }, alive, now }: Moment,
  servers: ReadonlyMap<Running, Server>,
): Map<Running, number> {
  const nodes = new Map<string, Contender<Running>[]>();
  for (const [running, ip] of alive) {
    const arrivals = servers.get(running)?.arrivals.values() ?? [];
    let wanted = coresAnyway(running, now);
    for (const { rate } of arrivals) wanted += rate * running.process.serving.cpuSeconds;
    const request = view.podAt(ip)?.cpuRequests.get(running.container) ?? 0;
    const contender = { who: running, demand: Math.min(wanted, running.cpuLimit ?? Infinity), request };
    nodes.set(running.node, [...(nodes.get(running.node) ?? []), contender]);
  }
  const shares = [...nodes].flatMap(([node, all]) => [...shareCores(view.coresOfNode(node) ?? Infinity, all)]);
  return new Map(shares);
}

function advance(last: Flow, demands: readonly Demand[], { reach, contention, now }: Surroundings): Flow {
  const servers = new Map<Running, Server>();
  for (const demand of demands) share(servers, last, demand);
  for (const server of last.servers.values()) {
    for (const need of server.running.process.dependencies) {
      const calls = callsOf(server, need, last, reach);
      if (!calls) continue;
      const { address, rate, result, ends } = calls;
      server.calls.set(need, { address, rate, result });
      share(servers, last, { ends, path: address.path, rate, timeout: need.rule.timeout });
    }
  }
  const shares = contention(servers);
  for (const server of servers.values()) server.served = work(server, now, shares.get(server.running));
  return flowOf(servers);
}

function callsOf(
  { pod, served }: Server,
  { rule, address: text }: NeededService,
  last: Flow,
  reach: (pod: PodFacts, address: Address) => End[],
): (OutgoingCalls & { ends: End[] }) | undefined {
  if (rule.calls === 0 || text === undefined || text === '') return undefined;
  const address = parseAddress(text);
  const ends = reach(pod, address);
  const result = callAll(ends, rule, end => last.answersAt(end, address.path));
  return { address, ends, result, rate: served.done * rule.calls * result.attempts };
}

/** Every end gets as much as any other: connections are spread without a look at how anybody does. */
function share(servers: Map<Running, Server>, last: Flow, { ends, path, rate, timeout }: Demand): void {
  const part = Math.min(rate, mostPerSecond) / ends.length;
  if (!(part > 0)) return;
  for (const end of ends) {
    if (end.kind !== 'container') continue;
    const server = servers.get(end.running) ?? newServer(end, last);
    servers.set(end.running, server);
    const key = `${end.port} ${path}`;
    const arrival = server.arrivals.get(key) ?? { port: end.port, path, rate: 0, patience: 0 };
    arrival.rate += part;
    arrival.patience += part * timeout;
    server.arrivals.set(key, arrival);
  }
}

function newServer({ running, pod }: Extract<End, { kind: 'container' }>, last: Flow): Server {
  const calls = last.servers.get(running)?.calls ?? new Map<NeededService, OutgoingCalls>();
  return { running, pod, arrivals: new Map(), served: idle, calls };
}

/** Requests that are refused for their path, or by a program that is ill, cost it next to nothing. */
function work({ running, arrivals, calls }: Server, now: number, share = Infinity): Served {
  const real = [...arrivals.values()].filter(({ port, path }) => statusAt(running, port, path) < 400);
  const rate = real.reduce((sum, arrival) => sum + arrival.rate, 0);
  const patience = rate > 0 ? real.reduce((sum, arrival) => sum + arrival.patience, 0) / rate : 0;
  return serve({
    rate,
    patience,
    serving: running.process.serving,
    cpuLimit: running.cpuLimit,
    cpuShare: share,
    cpuAnyway: coresAnyway(running, now),
    calls: [...calls].map(([{ rule }, { result }]) => ({
      perRequest: rule.calls,
      answers: result.answers,
      seconds: result.seconds,
      mayFail: rule.onFailure === 'degrade',
    })),
  });
}

/** A path that nobody has described is the program's business; `/` is asked for where no path is named. */
export function statusAt(running: Running, port: number, path: string): number {
  const answer = running.socket(port, path);
  if (answer.kind === 'refused') return 503;
  return answer.status === 404 && path === '/' ? 200 : answer.status;
}

function flowOf(servers: Map<Running, Server>): Flow {
  return {
    servers,
    answersAt({ running, port }, path) {
      const status = statusAt(running, port, path);
      if (status >= 400) return { statuses: new Map([[status, 1]]), silences: new Map(), mean: 0.002 };
      const answers = servers.get(running)?.served.answers ?? noAnswers;
      return answers.statuses.size + answers.silences.size > 0
        ? answers
        : { statuses: new Map([[200, 1]]), silences: new Map(), mean: running.process.serving.latency };
    },
  };
}

function isSteady(before: Flow, after: Flow): boolean {
  if (before.servers.size !== after.servers.size) return false;
  for (const [running, { served }] of after.servers) {
    const was = before.servers.get(running)?.served;
    if (!was || !near(was.done, served.done) || !near(was.answers.mean, served.answers.mean)) return false;
    if (!near(was.answers.statuses.get(200) ?? 0, served.answers.statuses.get(200) ?? 0)) return false;
  }
  return true;
}

function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-3 * Math.max(Math.abs(a), Math.abs(b)) + 1e-6;
}
