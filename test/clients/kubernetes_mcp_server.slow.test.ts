import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { expect, onTestFinished, test } from 'vitest';
import type { Pod } from '../../src/kubernetes/objects.ts';
import { type LiveWorld, startLiveWorld } from './live_world.ts';

const program = join(
  execFileSync('bash', [join(import.meta.dirname, 'install.sh')], { encoding: 'utf8' }).trim(),
  'kubernetes-mcp-server',
);

/** Its own words: what marks itself as read-only, for a cluster that has nothing but Kubernetes in it. */
async function connect({ kubeconfig }: LiveWorld) {
  const args = ['--read-only', '--toolsets', 'config,core,helm', '--kubeconfig', kubeconfig];
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(new StdioClientTransport({ command: program, args, stderr: 'ignore' }));
  onTestFinished(() => client.close());
  return client;
}

async function podsOf({ cluster }: LiveWorld): Promise<{ crashing: string; healthy: string }> {
  const { items } = await cluster.client.list<Pod>('pods', { namespace: 'shop' });
  const nameOf = (app: string, isReady: boolean) =>
    items.find(
      ({ metadata, status }) =>
        metadata.labels?.['app'] === app && status?.containerStatuses?.every(({ ready }) => ready === isReady),
    )?.metadata.name ?? '';
  return { crashing: nameOf('checkout', false), healthy: nameOf('storefront', true) };
}

test.each([{ secure: false }, { secure: true }])(
  'every tool of kubernetes-mcp-server that reads tells what is there ($secure)',
  async ({ secure }) => {
    const world = await startLiveWorld('rejected-setting', { secure });
    onTestFinished(world.close);
    await world.cluster.injectFault();
    await world.until('get pods -w', /CrashLoopBackOff/);
    const { crashing, healthy } = await podsOf(world);
    const client = await connect(world);
    const namespace = 'shop';
    const node = 'worker-1';
    const calls: Record<string, [args: Record<string, unknown>, told: RegExp][]> = {
      configuration_view: [[{}, /server: https?:\/\/127\.0\.0\.1/]],
      events_list: [
        [{}, /BackOff/],
        [{ namespace, fieldSelector: 'type=Warning' }, new RegExp(crashing)],
      ],
      helm_list: [[{ all_namespaces: true }, /No Helm releases found/]],
      namespaces_list: [[{}, /shop/]],
      nodes_log: [[{ name: node, query: 'kubelet' }, /containers\//]],
      nodes_stats_summary: [[{ name: node }, /"nodeName": *"worker-1"/]],
      nodes_top: [[{}, new RegExp(`${node} +\\d+m`)]],
      pods_get: [[{ namespace, name: crashing }, /restartCount: [1-9]/]],
      pods_list: [
        [{}, new RegExp(crashing)],
        [{ labelSelector: 'app=storefront', fieldSelector: 'status.phase=Running' }, new RegExp(healthy)],
      ],
      pods_list_in_namespace: [[{ namespace }, new RegExp(healthy)]],
      pods_log: [
        [{ namespace, name: healthy, tail: 2 }, /rendered \d+ pages/],
        [{ namespace, name: crashing, previous: true }, /FATAL invalid/],
      ],
      pods_top: [[{}, new RegExp(`${healthy} +\\S+ +\\d+m +\\d+Mi`)]],
      projects_list: [],
      resources_get: [
        [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'checkout', namespace }, /ReplicaSet "checkout-/],
      ],
      resources_list: [[{ apiVersion: 'apps/v1', kind: 'Deployment' }, /storefront/]],
    };
    const { tools } = await client.listTools();
    expect(tools.length).toBeGreaterThan(10);
    expect(tools.filter(({ annotations }) => annotations?.readOnlyHint !== true)).toEqual([]);
    for (const { name } of tools) {
      const known = calls[name];
      if (!known) throw new Error(`expected a call for each tool, got none for ${name}`);
      for (const [args, told] of known) {
        const { content, isError } = await client.callTool({ name, arguments: args });
        const text = (content as { text?: string }[]).map(part => part.text ?? '').join('\n');
        expect
          .soft({ isError: isError ?? false, text }, name)
          .toEqual({ isError: false, text: expect.stringMatching(told) });
      }
    }
  },
);
