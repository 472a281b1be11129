import { Client } from '@modelcontextprotocol/client';
import { InMemoryTransport } from '@modelcontextprotocol/server';
import { expect, onTestFinished, test } from 'vitest';
import { silentLog } from '../../../src/lib/log.ts';
import type { Instruments } from '../../../src/tools/instruments.ts';
import { createKubernetesServer } from '../../../src/tools/kubernetes/server.ts';
import { tools } from '../../../src/tools/kubernetes/tools.ts';
import { stillClock } from './ask.ts';
import { createWorld, namespace, pod } from './world.ts';

async function connected() {
  const world = createWorld([namespace('shop'), pod('web')]);
  const instruments: Partial<Instruments> = {
    alerts: { book: { page: () => ({ items: [] }) }, alertmanagers: [] },
    discovery: { served: async () => [] },
    prometheus: { query: async () => ({ kind: 'away', why: 'it is not there' }), close: async () => {} },
  };
  const server = createKubernetesServer({ clusterFor: () => world, clock: stillClock, log: silentLog, instruments });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await server.connect(theirs);
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(ours);
  onTestFinished(() => client.close());
  return client;
}

test('what is offered costs a model little: all of it at once under 1,500 tokens', async () => {
  const { tools: offered } = await (await connected()).listTools();
  expect(offered.map(({ name }) => name)).toEqual(tools.map(({ name }) => name));
  const seen = offered.map(({ name, description, inputSchema }) => ({ name, description, inputSchema }));
  expect(JSON.stringify(seen).length / 4).toBeLessThan(1_500);
});

test('every tool says that it only reads, in one line, with schemas for what goes in and comes out', async () => {
  for (const tool of (await (await connected()).listTools()).tools) {
    expect(tool.annotations).toMatchObject({ readOnlyHint: true, destructiveHint: false });
    expect(tool.description).toMatch(/^[A-Z].{20,128}\.$/);
    expect(tool.inputSchema).toMatchObject({ type: 'object', properties: expect.any(Object) });
    expect(tool.outputSchema).toMatchObject({ required: ['id', 'read_at', 'left_out', 'cost'] });
  }
});

test('every name that models use for an argument leads to one that exists, and no tool is there twice', () => {
  expect(new Set(tools.map(({ name }) => name)).size).toBe(tools.length);
  for (const tool of tools) expect(Object.keys(tool.inputSchema['properties'] as object).length).toBeGreaterThan(0);
});

test('an answer has an id, a time, what it cost, and facts that fit their schema', async () => {
  const client = await connected();
  const answer = await client.callTool({ name: 'list_pods', arguments: { namespace: 'shop' } });
  expect(answer.structuredContent).toEqual({
    id: expect.stringMatching(/^r[0-9a-f]{5}$/),
    read_at: '2026-11-21T12:00:00.000Z',
    left_out: 0,
    cost: { requests: 0, bytes: 0 },
    facts: { pods: 1, healthy: 1 },
  });
});
