import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { ApiClient } from './api/client.ts';
import { createApiServer } from './api/server.ts';
import { startControllers } from './controllers/controllers.ts';
import { kubeconfigFor, type Secured } from './kubeconfig.ts';
import type { Scenario } from './scenario/scenario.ts';
import { createScheduler } from './scheduler/scheduler.ts';
import { type Staging, stageScenario } from './staging.ts';

/** A cluster in this process, with a scenario on its stage. Its clock has to run for anything to happen. */
export interface EmbeddedCluster extends Omit<Staging, 'logs' | 'usage' | 'stop'> {
  /** Where the Kubernetes API answers. */
  url: string;
  kubeconfig(): string;
  client: ApiClient;
  close(): Promise<void>;
}

export interface EmbeddedClusterOptions {
  scenario: Scenario;
  clock: Clock;
  /** 127.0.0.1 where none is given. */
  host?: string;
  port?: number;
  log?: Log;
  /** Serves HTTPS, and asks everybody who comes for a token. Without it whoever reaches the port may do everything. */
  secured?: Secured;
}

export async function startEmbeddedCluster(options: EmbeddedClusterOptions): Promise<EmbeddedCluster> {
  const { scenario, clock, host, port, log, secured } = options;
  const tokens = secured && [{ token: secured.token, user: 'kubernetes-admin', groups: ['system:masters'] }];
  const server = createApiServer({ clock, ...(log ? { log } : {}), ...(tokens ? { tokens } : {}) });
  const client = server.client({ manager: 'kubectl' });
  const as = (manager: string) => ({ client: server.client({ manager }), clock });
  const { logs, usage, stop, ...staging } = await stageScenario({
    client,
    kubeletClient: as('kubelet').client,
    clock,
    scenario,
  });
  server.setLogSource(logs);
  server.setUsageSource(usage);
  server.setMetricsSource(staging.metrics);
  const parts = [startControllers(as('kube-controller-manager')), createScheduler(as('kube-scheduler'))];
  const { url, close } = await server.listen({ host, port, identity: secured });

  return {
    ...staging,
    url,
    kubeconfig: () => kubeconfigFor(url, homeOf(scenario), secured),
    client,
    async close() {
      stop();
      for (const part of parts) part.stop();
      await close();
    },
  };
}

/** The namespace that kubectl looks into when it isn't told. */
function homeOf({ world }: Scenario): string {
  return world.manifests.find(({ kind }) => kind === 'Namespace')?.metadata.name ?? 'default';
}
