import { parseAddress } from './address.ts';
import { type Answers, add, mix } from './answers.ts';
import { callAll } from './call.ts';
import type { PodFacts } from './cluster_view.ts';
import { type Entrance, enter, throughIngress } from './entrance.ts';
import type { Demand, Flow } from './flow.ts';
import { type End, type Network, peerOf } from './network.ts';
import type { TrafficSource } from './source.ts';

/** How the requests of a source go, as the cluster is now. */
export interface Way {
  source: TrafficSource;
  /** Requests per second. */
  rate: number;
  path: string;
  /** For those who come from outside. */
  entrance?: Entrance;
  /** Where the requests of each sender end: they may see the cluster differently. */
  senders: readonly (readonly End[])[];
}

export function wayOf(network: Network, source: TrafficSource, rate: number): Way {
  const address = parseAddress(source.to);
  const way = { source, rate, path: address.path };
  if (source.from === 'outside') {
    const entrance = enter(network, address);
    return { ...way, entrance, senders: entrance.kind === 'answered' ? [] : [entrance.ends] };
  }
  const pods = podsOf(network, source.from).filter(({ leaving, ip }) => !leaving && ip !== undefined);
  const senders = pods.map(pod => network.reach(peerOf(pod), address).ends);
  return { ...way, rate: senders.length > 0 ? rate : 0, senders };
}

/** What a source sends, with what it sends again. */
export function demandsOf({ source, rate, path, senders }: Way, flow: Flow): Demand[] {
  return senders.map(ends => {
    const { attempts } = callAll(ends, source, end => flow.answersAt(end, path));
    return { ends, path, rate: (rate / senders.length) * attempts, timeout: source.timeout };
  });
}

/** What its requests are answered. */
export function answersFor({ source, path, senders, entrance }: Way, flow: Flow): Answers {
  if (entrance?.kind === 'answered')
    return { statuses: new Map([[entrance.status, 1]]), silences: new Map(), mean: 0.001 };
  const part = 1 / senders.length;
  const each = senders.map(ends => callAll(ends, source, end => flow.answersAt(end, path)).answers);
  const answers = mix(each.map(one => ({ part, answers: one })));
  return entrance?.kind === 'ingress' ? throughIngress(answers) : answers;
}

/** Rarer than this nobody counts it. */
const smallest = 1e-6;

/** Requests per second by status, and by why there was no answer. */
export function outcomesOf({ statuses, silences }: Answers, rate: number): Map<string, number> {
  const outcomes = new Map<string, number>();
  for (const [status, share] of statuses) if (share > smallest) add(outcomes, String(status), share * rate);
  for (const [why, share] of silences) if (share > smallest) add(outcomes, why, share * rate);
  return outcomes;
}

function podsOf({ view }: Network, workload: string): PodFacts[] {
  const [kind = '', path = ''] = workload.split(' ');
  const [namespace = '', name = ''] = path.split('/');
  return [...view.pods(namespace)].filter(pod => isOf(pod, kind, name));
}

/** Pods of a Deployment or a CronJob are owned by something that is named after it. */
function isOf({ owner, name: own }: PodFacts, kind: string, name: string): boolean {
  if (kind === 'Pod') return own === name;
  const between = { Deployment: 'ReplicaSet', CronJob: 'Job' }[kind];
  if (between === undefined) return owner?.kind === kind && owner.name === name;
  return owner?.kind === between && owner.name.replace(/-[^-]+$/, '') === name;
}
