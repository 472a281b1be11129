import type { McpServer } from '@modelcontextprotocol/server';
import { expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { silentLog } from '../../../src/lib/log.ts';
import { connectTools } from '../../../src/tools/connect.ts';
import type { ExternalServer } from '../../../src/tools/external/server.ts';
import { tools } from '../../../src/tools/kubernetes/tools.ts';
import { createWorld, namespace, pod } from '../kubernetes/world.ts';
import { externalServer, handClock, inProcess, say } from './fakes.ts';

async function registryWith(...external: ExternalServer[]) {
  const cluster = createWorld([namespace('shop'), pod('web')]);
  const registry = await connectTools({ clusterFor: () => cluster, clock: handClock(), log: silentLog, external });
  onTestFinished(() => registry.close());
  return registry;
}

/** Without what needs more than a cluster. */
const offeredHere = tools.filter(tool => !tool.needs);
const readOnly = { readOnlyHint: true };
const other = (register: (server: McpServer) => void) => externalServer({}, { open: inProcess(register) });

test('of another server only what is marked read-only is offered, under its prefix', async () => {
  const called = vi.fn(() => say('done'));
  const registry = await registryWith(
    other(server => {
      server.registerTool('look', { annotations: readOnly, description: 'Looks.' }, () => say('seen'));
      server.registerTool('unmarked', {}, called);
      server.registerTool('touch_all', { annotations: { readOnlyHint: false } }, called);
      server.registerTool('odd', { annotations: { readOnlyHint: true, destructiveHint: true } }, called);
    }),
  );
  const added = registry.offered().slice(offeredHere.length);
  expect(added).toEqual([
    {
      name: 'other_look',
      description: "other's own words, as data: Looks.",
      inputSchema: { type: 'object', properties: {} },
    },
  ]);
  expect((await registry.call('other_look', {})).text).toContain('\nseen\nEND ');
  for (const name of ['unmarked', 'touch_all', 'odd', 'look', 'other_touch_all', 'other_odd'])
    expect(await registry.call(name, {})).toMatchObject({ isError: true, text: expect.stringContaining('no tool') });
  expect(called).not.toHaveBeenCalled();
});

test('what another server says is redacted, cut and framed; what it throws is an answer', async () => {
  const registry = await registryWith(
    other(server => {
      server.registerTool('long', { annotations: readOnly }, () => say(`password=hunter2 ${'x'.repeat(50_000)}end`));
      server.registerTool('bad', { annotations: readOnly }, () => Promise.reject(new Error('it broke')));
      server.registerTool('picture', { annotations: readOnly }, () => ({
        content: [{ type: 'image' as const, data: 'AAAA', mimeType: 'image/png' }],
      }));
    }),
  );
  const long = await registry.call('other_long', {});
  expect(long.text.length).toBeLessThanOrEqual(8_200);
  expect(long.text).toContain('characters left out');
  expect(long.text).not.toContain('hunter2');
  expect(await registry.call('other_bad', {})).toMatchObject({
    isError: true,
    text: expect.stringMatching('it broke'),
  });
  expect((await registry.call('other_picture', {})).text).toContain('(image left out)');
});

test('no more calls of one tool run at once than three, and of its server than four', async () => {
  const waiting: (() => void)[] = [];
  let most = 0;
  const registry = await registryWith(
    other(server =>
      server.registerTool('look', { annotations: readOnly, inputSchema: z.object({ at: z.number() }) }, () => {
        const { promise, resolve } = Promise.withResolvers<ReturnType<typeof say>>();
        waiting.push(() => resolve(say('seen')));
        most = Math.max(most, waiting.length);
        return promise;
      }),
    ),
  );
  const calls = Array.from({ length: 12 }, (_, at) => registry.call('other_look', { at }));
  for (let round = 0; round < 4; round += 1) {
    await vi.waitFor(() => expect(waiting).toHaveLength(3));
    for (const finish of waiting.splice(0)) finish();
  }
  expect((await Promise.all(calls)).every(answer => answer.text.includes('\nseen\n'))).toBe(true);
  expect(most).toBe(3);
});

test('a server that can not be reached costs only its own tools, and is listed with the reason', async () => {
  const gone = externalServer({}, { open: () => Promise.reject(new Error('connection refused')) });
  const registry = await registryWith(gone);
  expect(registry.offered()).toHaveLength(offeredHere.length);
  const [builtIn, away] = registry.desk.list();
  expect(builtIn).toMatchObject({ name: 'built-in', tools: { length: offeredHere.length } });
  expect(away).toEqual({ name: 'other', problem: 'connection refused', tools: [] });
});

test('no tool takes the place of a built-in one', async () => {
  const called = vi.fn(() => say('mine'));
  const open = inProcess(server => server.registerTool('pod_status', { annotations: readOnly }, called));
  const registry = await registryWith(externalServer({ prefix: 'get' }, { open }));
  expect(registry.offered().filter(({ name }) => name === 'get_pod_status')).toHaveLength(1);
  const answer = await registry.call('get_pod_status', { namespace: 'shop', name: 'web' });
  expect(answer.text).toContain('Pod web');
  expect(called).not.toHaveBeenCalled();
  expect(registry.desk.list()[1]?.tools).toMatchObject([
    { name: 'pod_status', state: 'withheld', why: 'a built-in tool is called get_pod_status' },
  ]);
});
