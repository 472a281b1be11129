import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { plainEntrance } from '../../src/server/entrance.ts';
import { createMcpServer, mcpPath } from '../../src/server/mcp_server.ts';
import { createKeptAnswers } from '../../src/tools/kubernetes/kept_answers.ts';
import { createKubernetesServer } from '../../src/tools/kubernetes/server.ts';
import { createWorld, namespace, pod } from '../tools/kubernetes/world.ts';

async function serving(): Promise<string> {
  const pods = Array.from({ length: 400 }, (_, n) =>
    pod(`p-${n}`, { owner: 'p', container: { image: `registry.example/p-${n}:1` }, ready: false }),
  );
  const world = createWorld([namespace('shop'), ...pods]);
  const kept = createKeptAnswers();
  const deps = { clusterFor: () => world, clock: systemClock, log: silentLog, kept };
  const server = createMcpServer(() => createKubernetesServer(deps), {
    entrance: plainEntrance,
    clock: systemClock,
    log: silentLog,
  });
  onTestFinished(() => server.close());
  return server.listen({ host: '127.0.0.1', port: 0 });
}

test.each(['auto', 'legacy'] as const)('what one request left out is read on in the next (%s)', async mode => {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(new URL(mcpPath, await serving())));
  onTestFinished(() => client.close());
  const first = await client.callTool({ name: 'get_pod_status', arguments: { namespace: 'shop', name: 'p' } });
  const { id, left_out } = first.structuredContent as { id: string; left_out: number };
  expect(left_out).toBeGreaterThan(300);
  const more = await client.callTool({ name: 'read_more', arguments: { id, grep: 'p-399:1' } });
  expect(JSON.stringify(more.content)).toContain('registry.example/p-399:1');
});

test('elsewhere there is nothing, and a body that is no message is refused', async () => {
  const url = await serving();
  expect((await fetch(url)).status).toBe(404);
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  for (const body of ['', 'nonsense', '[]', '{"jsonrpc":"2.0"}']) {
    const { status } = await fetch(new URL(mcpPath, url), { method: 'POST', headers, body });
    expect([400, 406, 415]).toContain(status);
  }
  const large = await fetch(new URL(mcpPath, url), { method: 'POST', headers, body: `"${'x'.repeat(5 * 2 ** 20)}"` });
  expect(large.status).toBe(413);
});
