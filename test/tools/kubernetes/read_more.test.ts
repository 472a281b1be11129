import { expect, test } from 'vitest';
import { silentLog } from '../../../src/lib/log.ts';
import { connectTools } from '../../../src/tools/connect.ts';
import { stillClock } from './ask.ts';
import { createWorld, namespace, pod } from './world.ts';

test('what an answer left out is read on by its id, from an offset or by a text, without asking the cluster', async () => {
  const pods = Array.from({ length: 400 }, (_, n) =>
    pod(`p-${n}`, { owner: 'p', container: { image: `registry.example/p-${n}:1` }, ready: false }),
  );
  const world = createWorld([namespace('shop'), ...pods]);
  const registry = await connectTools({ clusterFor: () => world, clock: stillClock, log: silentLog });
  const { text } = await registry.call('get_pod_status', { namespace: 'shop', name: 'p' });
  const [, left, id] = /\((\d+) more left out.*read_more id=(r\w+)\)/.exec(text)!;
  const asked = world.requests();

  const offset = 400 - Number(left);
  const on = await registry.call('read_more', { id, offset });
  expect(on.text).toContain(`400 parts, after the first ${offset}:`);
  expect(on.text).toContain(`p-${offset}`);
  const found = await registry.call('read_more', { id, grep: 'p-399:1|p-398:1' });
  expect(found.text.split('\n')).toHaveLength(3);
  expect(found.text).toContain('2 lines with');
  expect((await registry.call('read_more', { id: 'r00000' })).text).toContain('no answer r00000 any more');
  expect(world.requests()).toBe(asked);
  await registry.close();
});
