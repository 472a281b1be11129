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

test('a field of an object is found by where it begins; a small window gets small answers', async () => {
  const pods = Array.from({ length: 40 }, (_, n) =>
    pod(`p-${n}`, { container: { image: `registry.example/p-${n}:1` }, ready: false }),
  );
  const world = createWorld([namespace('shop'), ...pods]);
  const options = { clusterFor: () => world, clock: stillClock, log: silentLog, answerTokens: 100 };
  const registry = await connectTools(options);
  const { text } = await registry.call('list_pods', { namespace: 'shop' });
  expect(text.length / 4).toBeLessThanOrEqual(101);
  const [, id] = /read_more id=(r\w+)\)/.exec(text)!;
  const found = await registry.call('read_more', { id, path: 'Pod p-7:' });
  expect(found.text).toContain('1 line below Pod p-7:');
  await registry.close();
});
