import type { Clock } from '../../lib/clock.ts';
import { accrue, bytesOf } from '../programs/usage.ts';
import type { Running, World } from '../programs/world.ts';
import { parseAddress } from './address.ts';
import { type Answers, okShare } from './answers.ts';
import { createMeterBook, type RequestMeter } from './counters.ts';
import { type Flow, type Server, settle, statusAt } from './flow.ts';
import { quantile } from './latency.ts';
import type { Network } from './network.ts';
import { type Rate, rateAt, type TrafficSource } from './source.ts';
import { answersFor, demandsOf, outcomesOf, type Way, wayOf } from './way.ts';

/** Who sends requests through the cluster, and what comes of them. */
export interface Traffic {
  /** Requests that containers answered, by who answered. */
  served(): RequestMeter<ServerName>[];
  /** Requests that programs sent to others. */
  sent(): RequestMeter<ClientName>[];
  /** Requests that came through an Ingress. */
  entered(): RequestMeter<IngressName>[];
  /** How those who send requests fare at this moment. */
  sources(): SourceReport[];
  /** From now on a source sends as many. */
  setRate(source: string, rate: Rate): void;
  stop(): void;
}

interface ContainerName {
  namespace: string;
  pod: string;
  podUid: string;
  container: string;
}

export interface ServerName extends ContainerName {
  service: string | undefined;
}

export interface ClientName extends ContainerName {
  host: string;
  port: number;
}

export interface IngressName {
  namespace: string;
  ingress: string;
  service: string;
  host: string;
  path: string;
}

export interface SourceReport {
  name: string;
  requestsPerSecond: number;
  /** The share that is answered as it should be. */
  okShare: number;
  /** Seconds within which half, and 99 of 100, of the answers come. */
  median: number;
  p99: number;
}

export interface TrafficOptions {
  clock: Clock;
  network: Network;
  world: World;
  sources: readonly TrafficSource[];
}

/** How long rates hold before they are worked out again. */
const everyMs = 5000;

export function startTraffic({ clock, network, world, sources }: TrafficOptions): Traffic {
  const stopping = new AbortController();
  const started = clock.now();
  const rates = new Map<string, { rate: Rate; since: number }>();
  const served = createMeterBook<ServerName>();
  const sent = createMeterBook<ClientName>();
  const entered = createMeterBook<IngressName>();
  let reports: SourceReport[] = [];
  let flow: Flow | undefined;

  function perSecond({ name, requestsPerSecond }: TrafficSource): number {
    const { rate, since } = rates.get(name) ?? { rate: requestsPerSecond, since: started };
    return rateAt(rate, clock.now(), since);
  }

  function look(): void {
    const now = clock.now();
    for (const book of [served, sent, entered]) book.turn(now);
    const alive = new Map([...world.running].flatMap(([ip, here]) => here.map(running => [running, ip] as const)));
    const ways = sources.map(source => wayOf(network, source, perSecond(source)));
    const settled = settle({ network, before: flow, alive, now }, last => ways.flatMap(way => demandsOf(way, last)));
    flow = settled;
    reports = ways.map(way => report(way, settled));
    for (const server of settled.servers.values()) measure(server);
    for (const running of alive.keys()) burden(running, settled, now);
    forget();
  }

  function report(way: Way, settled: Flow): SourceReport {
    const { source, rate, entrance } = way;
    const answers = answersFor(way, settled);
    if (entrance && entrance.kind !== 'ends') {
      const { namespace = '', ingress = '', service = '', path = '' } = entrance.match ?? {};
      const who = { namespace, ingress, service, host: parseAddress(source.to).host, path };
      entered.measure(Object.values(who).join(' '), who, { outcomes: outcomesOf(answers, rate), mean: answers.mean });
    }
    return reportOf(source.name, rate, answers);
  }

  function measure({ running, pod, arrivals, served: { answers }, calls }: Server): void {
    const { namespace, pod: name, podUid, container } = running;
    const self = { namespace, pod: name, podUid, container };
    for (const { port, path, rate } of arrivals.values()) {
      const status = statusAt(running, port, path);
      const who = { ...self, service: network.services.serviceOf(pod, port) };
      const isReal = status < 400;
      // What a server never got to see it can't count.
      const outcomes = isReal
        ? outcomesOf({ ...answers, silences: new Map() }, rate)
        : new Map([[String(status), rate]]);
      served.measure(`${podUid} ${container} ${who.service}`, who, { outcomes, mean: isReal ? answers.mean : 0.002 });
    }
    for (const { address, result, rate } of calls.values()) {
      const who = { ...self, host: address.host, port: address.port };
      const outcomes = outcomesOf(result.answers, rate);
      sent.measure(`${podUid} ${container} ${who.host}:${who.port}`, who, { outcomes, mean: result.answers.mean });
    }
  }

  function forget(): void {
    const uids = new Map<string, Set<string>>();
    const exists = ({ namespace, podUid }: ContainerName) => {
      const known = uids.get(namespace) ?? new Set([...network.view.pods(namespace)].map(({ uid }) => uid));
      uids.set(namespace, known);
      return known.has(podUid);
    };
    served.keepOnly(exists);
    sent.keepOnly(exists);
  }

  async function run(): Promise<void> {
    await network.ready();
    while (!stopping.signal.aborted) {
      look();
      await clock.sleep(everyMs, stopping.signal);
    }
  }
  // Without anybody who sends there is nothing to work out.
  if (sources.length > 0)
    run().catch((error: unknown) => {
      if (!stopping.signal.aborted) throw error;
    });

  return {
    served: () => served.read(clock.now()),
    sent: () => sent.read(clock.now()),
    entered: () => entered.read(clock.now()),
    sources: () => reports,
    setRate: (source, rate) => void rates.set(source, { rate, since: clock.now() }),
    stop: () => stopping.abort(),
  };
}

/** What requests take from a container; one that holds more than it may is killed. */
function burden(running: Running, { servers }: Flow, now: number): void {
  accrue(running, now);
  const { cpuCores = 0, memoryBytes = 0, delay = 0, throttled = 0 } = servers.get(running)?.served ?? {};
  Object.assign(running.load, { cpuCores, memoryBytes, delay, throttled });
  if (memoryBytes > 0 && bytesOf(running, now) > (running.memoryLimit ?? Infinity)) running.outOfMemory();
}

function reportOf(name: string, rate: number, answers: Answers): SourceReport {
  const { mean } = answers;
  const times = mean > 0 ? { median: quantile(0.5, mean), p99: quantile(0.99, mean) } : { median: 0, p99: 0 };
  return { name, requestsPerSecond: rate, okShare: rate > 0 ? okShare(answers) : 1, ...times };
}
