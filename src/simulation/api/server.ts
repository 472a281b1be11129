import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Listening } from '../../lib/loopback.ts';
import { createAccess, type UserToken } from './auth/access.ts';
import { createAccountTokens } from './auth/account_tokens.ts';
import { createAuthorizer } from './auth/authorizer.ts';
import { bootstrap } from './bootstrap.ts';
import type { ApiClient, LogSource, MetricsSource, UsageSource } from './client.ts';
import { createInProcessClient } from './client_in_process.ts';
import { serveDefinitions } from './custom_resources/serving.ts';
import { type ListenOptions, listenHttp } from './http/listener.ts';
import { createIdentities } from './identity.ts';
import { nodeMetricsResource, podMetricsResource } from './metrics/usage_resources.ts';
import { withUsage } from './metrics/usage_store.ts';
import { componentStatusResource, components } from './resources/unstored.ts';
import { createRegistry } from './resources.ts';
import { createStore } from './store.ts';
import type { Backend } from './verbs/write.ts';
import { withViews } from './views.ts';

/** A Kubernetes API in memory. It keeps objects and answers for them; it knows no controller. */
export interface ApiServer {
  /** Writes under the name of `manager`, as real components do. */
  client(options?: { manager?: string }): ApiClient;
  /** Serves HTTP, or with an identity HTTPS, on loopback unless a host is given, on any free port unless one is. */
  listen(options?: ListenOptions): Promise<Listening>;
  /** Whoever plays the nodes answers for the logs of what runs there. */
  setLogSource(source: LogSource): void;
  /** Answers at paths that are none of the API's: what Prometheus scrapes. */
  setMetricsSource(source: MetricsSource): void;
  /** From now on metrics.k8s.io is served, as by a cluster with a metrics server. */
  setUsageSource(source: UsageSource): void;
}

export interface ApiServerOptions {
  clock: Clock;
  /** The same seed and the same requests give the same uids and names. */
  seed?: string;
  /** How many changes a watcher may lag behind before it is told to list again. */
  historyLimit?: number;
  log?: Log;
  /** Who may come in, and as whom. Without any, everybody is taken for the cluster's master. */
  tokens?: readonly UserToken[];
}

export function createApiServer(options: ApiServerOptions): ApiServer {
  const registry = createRegistry();
  let usageSource: UsageSource | undefined;
  const { clock, seed = 'cluster', tokens } = options;
  const store = withUsage(withViews(createStore({ historyLimit: options.historyLimit ?? 10_000 })), {
    clock,
    pods: registry.find('pods')!,
    nodes: registry.find('nodes')!,
    source: () => usageSource,
  });
  const authorizer = createAuthorizer({ store, registry });
  const backend: Backend = { registry, store, clock, identities: createIdentities(seed), authorizer };
  for (const component of components) backend.store.put(componentStatusResource, component);
  serveDefinitions(backend);
  bootstrap(backend, seed);
  const accountTokens = createAccountTokens({ store, registry, clock, secret: tokens?.[0]?.token ?? seed });
  const access = createAccess({ authorizer, accountTokens, tokens });
  const client = createInProcessClient(backend);
  let logSource: LogSource | undefined;
  let metricsSource: MetricsSource | undefined;
  const sources = { logSource: () => logSource, metricsSource: () => metricsSource, usageSource: () => usageSource };

  return {
    client: ({ manager } = {}) => (manager === undefined ? client : createInProcessClient(backend, manager)),
    listen: (where = {}) =>
      listenHttp({ backend, access, ...sources, ...(options.log ? { log: options.log } : {}) }, where),
    setLogSource(source) {
      logSource = source;
    },
    setMetricsSource(source) {
      metricsSource = source;
    },
    setUsageSource(source) {
      usageSource = source;
      for (const resource of [nodeMetricsResource, podMetricsResource]) registry.add(resource);
    },
  };
}
