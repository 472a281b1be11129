import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Node, Pod } from '../../src/kubernetes/objects.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { ApiClient } from '../../src/simulation/api/client.ts';
import { createApiServer } from '../../src/simulation/api/server.ts';

export const nodes = 5_000;
export const pods = 100_000;
const namespaces = 100;
const watched = 5_000;
const page = 500;
const often = 200;

/** A cluster of 5,000 nodes and 100,000 pods: what it costs to hold one, and how fast it answers. */
export async function benchScale(): Promise<void> {
  const server = createApiServer({ clock: systemClock, historyLimit: 20_000 });
  const client = server.client();
  const before = heapUsed();
  const loading = await timed(() => loadLarge(client));
  const perTenThousand = (heapUsed() - before) / (pods / 10_000) / 2 ** 20;
  const { url, close } = await server.listen();
  try {
    await ask(`${url}/api/v1/namespaces/team-7/pods/web-7`);
    const one = (await timed(() => askOften(`${url}/api/v1/namespaces/team-7/pods/web-7`))) / often;
    const namespace = await timed(() => ask(`${url}/api/v1/namespaces/team-7/pods`));
    const selected = await timed(() => ask(`${url}/api/v1/pods?fieldSelector=spec.nodeName%3Dnode-7`));
    const table = await timed(() => ask(`${url}/api/v1/namespaces/team-7/pods`, tableForm));
    const all = await timed(() => askInPages(`${url}/api/v1/pods`));
    const watching = await timed(() => watch(`${url}/api/v1/pods?watch=true`, () => touch(client)));
    console.log(`
scale: ${nodes} nodes and ${pods} pods in ${namespaces} namespaces
  loaded                           ${rate(nodes + pods, loading)} objects a second
  memory for 10,000 pods           ${perTenThousand.toFixed(0)} MiB
  one pod                          ${one.toFixed(1)} ms
  a namespace (1,000 pods)         ${namespace.toFixed(0)} ms, as a table ${table.toFixed(0)} ms
  the pods of one node, of all     ${selected.toFixed(0)} ms
  all pods in pages of ${page}        ${rate(pods, all)} pods a second
  ${watched} changes, seen by a watcher  ${rate(watched, watching)} changes a second`);
  } finally {
    await close();
  }

  async function touch(writer: typeof client): Promise<void> {
    for (let i = 0; i < watched; i++) {
      const target = { resource: 'pods', namespace: `team-${i % namespaces}`, name: `web-${i}` };
      await writer.patch(target, { type: 'merge', body: { metadata: { annotations: { seen: String(i) } } } });
    }
  }
}

export async function loadLarge(client: ApiClient): Promise<void> {
  for (let i = 0; i < namespaces; i++) {
    await client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: `team-${i}` } });
  }
  for (let i = 0; i < nodes; i++) await client.create<Node>('nodes', nodeNumber(i));
  for (let i = 0; i < pods; i++) await client.create<Pod>('pods', podNumber(i));
}

function nodeNumber(i: number): Node {
  const room = { cpu: '32', memory: '128Gi', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: `node-${i}`, labels: { zone: `zone-${i % 3}` } },
    spec: { podCIDR: `10.${i >> 8}.${i & 255}.0/24` },
    status: { capacity: room, allocatable: room },
  };
}

function podNumber(i: number): Pod {
  const resources = { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `web-${i}`, namespace: `team-${i % namespaces}`, labels: { app: `app-${i % 50}`, tier: 'web' } },
    spec: {
      nodeName: `node-${i % nodes}`,
      serviceAccountName: 'default',
      automountServiceAccountToken: false,
      containers: [
        { name: 'web', image: 'registry.example/shop/web:1.0.0', ports: [{ containerPort: 8080 }], resources },
      ],
    },
  } as Pod;
}

const tableForm = 'application/json;as=Table;v=v1;g=meta.k8s.io';

async function ask(url: string, accept = 'application/json'): Promise<{ metadata: { continue?: string } }> {
  const response = await fetch(url, { headers: { accept } });
  if (!response.ok) throw new Error(`expected 200 from ${url}, got ${response.status}: ${await response.text()}`);
  return JSON.parse(await response.text());
}

async function askOften(url: string): Promise<void> {
  for (let i = 0; i < often; i++) await ask(url);
}

async function askInPages(url: string): Promise<void> {
  let token: string | undefined = '';
  while (token !== undefined) {
    const { metadata } = await ask(`${url}?limit=${page}${token === '' ? '' : `&continue=${token}`}`);
    token = metadata.continue;
  }
}

/** Until the watcher has seen all that was done after it came. */
async function watch(url: string, act: () => Promise<void>): Promise<void> {
  const version = (await ask(`${url.replace('?watch=true', '')}?limit=1`)) as {
    metadata: { resourceVersion?: string };
  };
  const ended = new AbortController();
  const response = await fetch(`${url}&resourceVersion=${version.metadata.resourceVersion}`, { signal: ended.signal });
  const acting = act();
  let seen = 0;
  for await (const chunk of response.body ?? []) {
    for (const byte of chunk) if (byte === 10) seen += 1;
    if (seen >= watched) break;
  }
  ended.abort();
  await acting;
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function rate(count: number, ms: number): string {
  return Math.round(count / (ms / 1000)).toLocaleString('en');
}

/** After a collection, so that garbage isn't counted. */
function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
