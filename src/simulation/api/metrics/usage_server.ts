import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { KubeObject, Node, Pod } from '../../../kubernetes/objects.ts';
import type { Clock } from '../../../lib/clock.ts';
import { listenOnLoopback } from '../../../lib/loopback.ts';
import type { SelfSigned } from '../../../lib/self_signed.ts';
import { type ApiClient, ApiError, type UsageSource } from '../client.ts';
import { labelMatcher } from '../selectors.ts';
import { failure, noSuchResource } from '../status_error.ts';
import { nodeMetrics, podMetrics } from './usage_objects.ts';

interface UsageServerDeps {
  client: ApiClient;
  clock: Pick<Clock, 'now'>;
  usage: UsageSource;
  identity: SelfSigned;
}

const root = '/apis/metrics.k8s.io/v1beta1';
const resources = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: 'metrics.k8s.io/v1beta1',
  resources: [
    { name: 'nodes', singularName: '', namespaced: false, kind: 'NodeMetrics', verbs: ['get', 'list'] },
    { name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list'] },
  ],
};

/** Answers for metrics.k8s.io where the API server is somebody else's: that one passes on what it is asked. */
export async function listenForUsage(deps: UsageServerDeps): Promise<{ port: number; close(): Promise<void> }> {
  const { key, certificate } = deps.identity;
  const server = createServer({ key, cert: certificate }, (request, response) => {
    reply(deps, request, response).catch(() => response.destroy());
  });
  const { url, close } = await listenOnLoopback(server, 0);
  return { port: Number(new URL(url).port), close };
}

async function reply(deps: UsageServerDeps, { url: asked = '/' }: IncomingMessage, to: ServerResponse): Promise<void> {
  const [code, body] = await answerTo(deps, new URL(asked, 'https://127.0.0.1')).then(
    answer => [200, answer] as const,
    (error: unknown) => {
      if (error instanceof ApiError) return [error.code, error.status] as const;
      throw error;
    },
  );
  to.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function answerTo(deps: UsageServerDeps, { pathname, searchParams }: URL): Promise<unknown> {
  if (pathname === root) return resources;
  const place = /^\/(?:namespaces\/([^/]+)\/)?(pods|nodes)(?:\/([^/]+))?$/.exec(pathname.slice(root.length));
  if (!pathname.startsWith(`${root}/`) || !place) throw noSuchResource();
  const [, namespace, plural, name] = place;
  const matches = labelMatcher(searchParams.get('labelSelector') ?? '');
  const measured = plural === 'pods' ? await ofPods(deps, namespace) : await ofNodes(deps);
  const items = measured.filter(one => matches(one) && (name === undefined || one.metadata.name === name));
  if (name === undefined) {
    const kind = plural === 'pods' ? 'PodMetricsList' : 'NodeMetricsList';
    return { kind, apiVersion: 'metrics.k8s.io/v1beta1', metadata: {}, items };
  }
  if (!items[0]) throw failure(404, 'NotFound', `${plural}.metrics.k8s.io "${name}" not found`);
  return items[0];
}

async function ofPods({ client, clock, usage }: UsageServerDeps, namespace?: string): Promise<KubeObject[]> {
  const { items } = await client.list<Pod>('pods', namespace === undefined ? {} : { namespace });
  const placeOf = ({ metadata }: Pod) => `${metadata.namespace}/${metadata.name}`;
  const pods = new Map(items.map(pod => [placeOf(pod), pod]));
  return usage.pods().flatMap(each => {
    const pod = pods.get(`${each.namespace}/${each.pod}`);
    return (pod && podMetrics(pod, each, clock.now())) ?? [];
  });
}

async function ofNodes({ client, clock, usage }: UsageServerDeps): Promise<KubeObject[]> {
  const { items } = await client.list<Node>('nodes');
  const nodes = new Map(items.map(node => [node.metadata.name, node]));
  return usage.nodes().flatMap(each => {
    const node = nodes.get(each.node);
    return node ? [nodeMetrics(node, each, clock.now())] : [];
  });
}
