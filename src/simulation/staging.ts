import type { Clock } from '../lib/clock.ts';
import type { ApiClient, LogSource, MetricsSource, UsageSource } from './api/client.ts';
import { createKubelet, logsOf } from './kubelet/kubelet.ts';
import { createUsageSource } from './programs/usage.ts';
import { createWorld } from './programs/world.ts';
import { afterAWhile, afterRestart } from './scenario/endurance.ts';
import { apply, happen } from './scenario/happen.ts';
import { type IncidentOutcome, illnesses, type Judgement, judge } from './scenario/judge.ts';
import type { Scenario, Step } from './scenario/scenario.ts';
import { type Snapshot, takeSnapshot } from './scenario/snapshot.ts';
import { type NodeEndpoint, nodeObject, untilWell } from './scenario/stage.ts';
import { rulesWith, startAlerting } from './signals/alerting.ts';
import type { AlertmanagerBody } from './signals/alertmanager_body.ts';
import type { FiringAlert } from './signals/evaluation.ts';
import { createMeters } from './signals/meters.ts';
import { createMetrics } from './signals/metrics.ts';
import { type DeliverOptions, deliverTo } from './signals/webhook.ts';
import { createNetwork } from './traffic/network.ts';
import { type SourceReport, startTraffic } from './traffic/traffic.ts';

/** A scenario on the stage of a cluster, whoever runs its control plane: the nodes, the world, what goes wrong in it. */
export interface Staging {
  /** Settles when the world is up, has had its past, and is well. */
  settle(): Promise<void>;
  /** Lets the fault happen; call it once, after `settle`. */
  injectFault(): Promise<void>;
  /** Carries out what somebody would do about it. */
  act(steps: readonly Step[]): Promise<void>;
  /** Posts alerts there from now on, as Alertmanager would. */
  alertTo(webhookUrl: string, options?: DeliverOptions): void;
  firingAlerts(): readonly FiringAlert[];
  /** How those fare who send requests, at this moment. */
  traffic(): SourceReport[];
  /** Every body that the webhook took: a recording. */
  sentAlerts(): readonly AlertmanagerBody[];
  /** Lets time run on for as long as a recovery has to last, and judges. */
  judge(...outcomes: IncidentOutcome[]): Promise<Judgement>;
  /** What the containers of its nodes have written. */
  logs: LogSource;
  /** What they use. */
  usage: UsageSource;
  /** What Prometheus would scrape. */
  metrics: MetricsSource;
  stop(): void;
}

export interface StagingDeps {
  client: ApiClient;
  /** What the kubelets write as; `client` unless given. */
  kubeletClient?: ApiClient;
  clock: Clock;
  scenario: Scenario;
  /** Where somebody else's API server reaches the nodes; ours asks them without a network. */
  nodeEndpoint?: NodeEndpoint;
  /** No pause is longer than this: time that is the wall's can't be skipped. */
  longestPause?: number;
  /** How often it is looked whether all is well, where a look costs time. */
  lookEvery?: number;
}

/** Registers the nodes of a scenario; everything else waits to be asked for. */
export async function stageScenario({
  client,
  kubeletClient = client,
  clock,
  scenario,
  nodeEndpoint,
  longestPause = Number.POSITIVE_INFINITY,
  lookEvery = 1000,
}: StagingDeps): Promise<Staging> {
  const { programs, hosts, nodes, manifests, history } = scenario.world;
  const world = createWorld({ programs, hosts });
  const network = createNetwork({ client, world });
  const kubelets = nodes
    .map((node, index) => nodeObject(node, index, nodeEndpoint))
    .map(node => createKubelet({ client: kubeletClient, clock, world, network, node }));
  await Promise.all(kubelets.map(({ registered }) => registered));
  const traffic = startTraffic({ clock, network, world, sources: scenario.world.traffic });
  const meters = createMeters({ client, world, traffic, now: clock.now });
  const alerting = startAlerting({ client, clock, meters, rules: rulesWith(scenario.alerts) });
  const machines = new Map(nodes.map(({ name }, index) => [name, kubelets[index]]));
  const stage = {
    client,
    world,
    clock,
    programs,
    traffic,
    longestPause,
    machine: (name: string) => machines.get(name),
  };
  const moments: { before?: Snapshot; afterFault?: Snapshot } = {};

  const look = () => takeSnapshot(client, { now: clock.now(), traffic: traffic.sources() });

  async function act(steps: readonly Step[]): Promise<void> {
    for (const step of steps) await happen(step, stage);
  }

  return {
    async settle() {
      for (const manifest of manifests) await apply(client, manifest);
      await untilWell(scenario, client, { clock, lookEvery });
      await act([...history, ...scenario.history]);
      await untilWell(scenario, client, { clock, lookEvery });
      moments.before = await look();
    },
    async injectFault() {
      await act(scenario.fault);
      moments.afterFault = await look();
    },
    act,
    alertTo: (webhookUrl, options) => alerting.sendTo(deliverTo(webhookUrl, { ...options, clock })),
    firingAlerts: alerting.firing,
    traffic: traffic.sources,
    sentAlerts: alerting.sent,
    async judge(...outcomes) {
      const { before, afterFault } = moments;
      if (!before || !afterFault) throw new Error('expected settle and injectFault before judge');
      const end = await look();
      const later = await afterAWhile({ client, clock, look, lasts: scenario.oracle.lasts });
      const course = { before, afterFault, end, later };
      const isWell = scenario.oracle.outcome === 'resolved' && illnesses(scenario.oracle, course).length === 0;
      if (!isWell) return judge(scenario.oracle, course, outcomes);
      const restarted = await afterRestart(scenario.oracle, { client, clock, look });
      return judge(scenario.oracle, { ...course, restarted }, outcomes);
    },
    logs: logsOf(kubelets),
    usage: createUsageSource({ world, now: clock.now, nodes: nodes.map(({ name }) => name) }),
    metrics: createMetrics({ client, meters, now: clock.now }),
    stop() {
      alerting.stop();
      meters.stop();
      for (const kubelet of kubelets) kubelet.stop();
      traffic.stop();
      network.stop();
    },
  };
}
