import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { configMap, testServer } from './fixtures.ts';
import { serve } from './http_fixture.ts';

const path = '/api/v1/namespaces/default/configmaps';

test('a watcher that never reads is cut off, and does not keep what it was to be told', async () => {
  const { server, client } = testServer();
  const { url, send } = await serve(server);
  await client.create('configmaps', configMap('c', { text: 'x'.repeat(20_000) }));
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.pause();
  socket.write(`GET ${path}?watch=1 HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`);
  await once(socket, 'connect');
  // A request later than that of the watch: when it is answered, the watch has begun.
  expect((await send('GET', path)).code).toBe(200);
  const target = { resource: 'configmaps', name: 'c', namespace: 'default' };
  const changes = 12_000;
  for (let i = 0; i < changes; i++) {
    await client.patch(target, { type: 'merge', body: { data: { count: String(i) } } });
  }
  let received = '';
  socket.on('data', chunk => {
    received = `${received}${chunk.toString('latin1')}`.slice(-100);
  });
  socket.resume();
  await once(socket, 'close');
  expect(received).not.toContain(`"count":"${changes - 1}"`);
  expect((await send('GET', path)).code).toBe(200);
});

test('who reads gets everything that was there, however much it is', async () => {
  const { server, client } = testServer();
  const { url } = await serve(server);
  const many = 300;
  for (let i = 0; i < many; i++) await client.create('configmaps', configMap(`c${i}`, { text: 'x'.repeat(50_000) }));
  const response = await fetch(`${url}${path}?watch=1&timeoutSeconds=1`);
  const lines = (await response.text()).trim().split('\n');
  expect(lines).toHaveLength(many);
});
