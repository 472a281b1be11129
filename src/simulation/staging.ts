import type { Clock } from '../lib/clock.ts';
import type { ApiClient, LogSource, MetricsSource, UsageSource } from './api/client.ts';
import { createKubelet, logsOf } from './kubelet/kubelet.ts';
import { createUsageSource } from './programs/usage.ts';
import { createWorld } from './programs/world.ts';
import { apply, happen } from './scenario/happen.ts';
import { type IncidentOutcome, type Judgement, judge } from './scenario/judge.ts';
import type { Scenario } from './scenario/scenario.ts';
import { type Snapshot, takeSnapshot } from './scenario/snapshot.ts';
import { nodeObject, untilWell } from './scenario/stage.ts';
import { rulesWith, startAlerting } from './signals/alerting.ts';
import type { AlertmanagerBody } from './signals/alertmanager_body.ts';
import type { FiringAlert } from './signals/evaluation.ts';
import { createMeters } from './signals/meters.ts';
import { createMetrics } from './signals/metrics.ts';
import { deliverTo } from './signals/webhook.ts';
import { createNetwork } from './traffic/network.ts';
import { type SourceReport, startTraffic } from './traffic/traffic.ts';

/** A scenario on the stage of a cluster, whoever runs its control plane: the nodes, the world, what goes wrong in it. */
export interface Staging {
  /** Settles when the world is up, has had its past, and is well. */
  settle(): Promise<void>;
  /** Lets the fault happen; call it once, after `settle`. */
  injectFault(): Promise<void>;
  /** Posts alerts there from now on, as Alertmanager would. */
  alertTo(webhookUrl: string, options?: { token?: string }): void;
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
  clock: Clock;
  scenario: Scenario;
}

/** Registers the nodes of a scenario; everything else waits to be asked for. */
export async function stageScenario({ client, clock, scenario }: StagingDeps): Promise<Staging> {
  const { programs, hosts, nodes, manifests, history } = scenario.world;
  const world = createWorld({ programs, hosts });
  const network = createNetwork({ client, world });
  const kubelets = nodes.map(nodeObject).map(node => createKubelet({ client, clock, world, network, node }));
  await Promise.all(kubelets.map(({ registered }) => registered));
  const traffic = startTraffic({ clock, network, world, sources: scenario.world.traffic });
  const meters = createMeters({ client, world, traffic, now: clock.now });
  const alerting = startAlerting({ client, clock, meters, rules: rulesWith(scenario.alerts) });
  const stage = { client, world, clock, programs, traffic };
  const moments: { before?: Snapshot; afterFault?: Snapshot } = {};

  return {
    async settle() {
      for (const manifest of manifests) await apply(client, manifest);
      await untilWell(scenario, client, clock);
      for (const step of [...history, ...scenario.history]) await happen(step, stage);
      await untilWell(scenario, client, clock);
      moments.before = await takeSnapshot(client);
    },
    async injectFault() {
      for (const step of scenario.fault) await happen(step, stage);
      moments.afterFault = await takeSnapshot(client);
    },
    alertTo: (webhookUrl, { token } = {}) =>
      alerting.sendTo(deliverTo(webhookUrl, { clock, ...(token === undefined ? {} : { token }) })),
    firingAlerts: alerting.firing,
    traffic: traffic.sources,
    sentAlerts: alerting.sent,
    async judge(...outcomes) {
      const { before, afterFault } = moments;
      if (!before || !afterFault) throw new Error('expected settle and injectFault before judge');
      const end = await takeSnapshot(client);
      await clock.sleep(scenario.oracle.lasts);
      const later = await takeSnapshot(client);
      return judge(scenario.oracle, { before, afterFault, end, later }, outcomes);
    },
    logs: logsOf(kubelets),
    usage: createUsageSource({ world, now: clock.now, nodes: nodes.map(({ name }) => name) }),
    metrics: createMetrics({ client, meters }),
    stop() {
      alerting.stop();
      meters.stop();
      for (const kubelet of kubelets) kubelet.stop();
      traffic.stop();
      network.stop();
    },
  };
}
