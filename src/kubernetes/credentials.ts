import type { KubeConfig } from '@kubernetes/client-node';
import { AlertwrightError, exitCodes, messageOf } from '../lib/errors.ts';
import { hashOf } from '../lib/hash.ts';
import { ClusterError } from './cluster.ts';

/** Where a cluster is found and who we are there. */
export interface ClusterLocation {
  /** A kubeconfig file; otherwise $KUBECONFIG, ~/.kube/config, or the service account of the pod we run in. */
  kubeconfig?: string;
  /** A context of that file; otherwise its current one. */
  context?: string;
  /** An API server that asks for no credentials, such as `kubectl proxy`. Nothing else is read then. */
  server?: string;
}

/** What one request needs. `tlsId` changes when the certificates do. */
export interface Access {
  server: URL;
  headers: Record<string, string>;
  tls: TlsMaterial;
  tlsId: string;
  proxy?: string;
}

export interface TlsMaterial {
  ca?: string | Buffer;
  cert?: string | Buffer;
  key?: string | Buffer;
  servername?: string;
  rejectUnauthorized?: boolean;
}

export interface Credentials {
  /** Asked before every request, so that rotated files and expired tokens are noticed. */
  access(): Promise<Access>;
  /** The server said 401: forget every cached token. */
  renew(): void;
}

export async function loadCredentials(location: ClusterLocation): Promise<Credentials> {
  if (location.server !== undefined) return openServer(location.server);
  // Loading it costs half a second and 80 MB, which a cluster without credentials need not pay.
  const { KubeConfig } = await import('@kubernetes/client-node');
  let config = loadConfig(new KubeConfig(), location);
  let pending: Promise<Access> | undefined;

  return {
    // An exec plugin may be behind it: callers that come together share one run of it.
    access() {
      pending ??= accessOf(config).finally(() => {
        pending = undefined;
      });
      return pending;
    },
    renew() {
      config = loadConfig(new KubeConfig(), location);
      pending = undefined;
    },
  };
}

function openServer(server: string): Credentials {
  const access: Access = { server: serverUrl(server), headers: {}, tls: {}, tlsId: 'none' };
  return { access: async () => access, renew() {} };
}

function loadConfig(config: KubeConfig, location: ClusterLocation): KubeConfig {
  const from = location.kubeconfig ?? 'the default kubeconfig';
  try {
    if (location.kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(location.kubeconfig);
  } catch (error) {
    throw unusable(`expected a kubeconfig in ${from}, got: ${messageOf(error)}`);
  }
  if (location.context !== undefined) config.setCurrentContext(location.context);
  const cluster = config.getCurrentCluster();
  if (!cluster) {
    const known = config.getContexts().map(context => context.name);
    throw unusable(
      `expected a context with a cluster in ${from}, got "${config.getCurrentContext()}" (it has: ${known.join(', ') || 'none'})`,
    );
  }
  // client-node refuses plain HTTP unless TLS checks are off; there is no TLS to check.
  config.clusters = config.clusters.map(each =>
    each.server?.startsWith('http:') ? { ...each, skipTLSVerify: true } : each,
  );
  return config;
}

async function accessOf(config: KubeConfig): Promise<Access> {
  const cluster = config.getCurrentCluster()!;
  const server = serverUrl(cluster.server);
  const options: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    throw new ClusterError(0, 'Credentials', `could not get credentials for ${server.host}: ${messageOf(error)}`);
  }
  const tls = tlsOf(options);
  const headers = Object.fromEntries(
    Object.entries(options.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
  if (options.auth) headers['authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  const access = {
    server,
    headers,
    tls,
    tlsId: hashOf(Object.entries(tls).map(([name, value]) => [name, `${value}`])),
  };
  return cluster.proxyUrl === undefined || cluster.proxyUrl === null ? access : { ...access, proxy: cluster.proxyUrl };
}

type RequestOptions = Parameters<KubeConfig['applyToHTTPSOptions']>[0];

function tlsOf(options: RequestOptions): TlsMaterial {
  const { ca, cert, key, servername, rejectUnauthorized } = options as TlsMaterial;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(servername === undefined ? {} : { servername }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
  };
}

function serverUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw unusable(`expected an http or https URL of an API server, got ${JSON.stringify(text)}`);
}

function unusable(message: string): AlertwrightError {
  return new AlertwrightError('cluster_config', message, {
    exitCode: exitCodes.config,
    remedy: 'Set the kubeconfig and the context, or run where a service account is mounted.',
  });
}
