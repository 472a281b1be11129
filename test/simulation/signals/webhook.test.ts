import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { alertmanagerBody } from '../../../src/simulation/signals/alertmanager_body.ts';
import { deliverTo } from '../../../src/simulation/signals/webhook.ts';

const body = alertmanagerBody([{ fingerprint: '1', labels: { alertname: 'A' }, annotations: {}, startsAt: 0 }]);
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function receiver(status: number) {
  const seen: { authorization: string | undefined; body: string }[] = [];
  const server = createServer(async (request, response) => {
    seen.push({ authorization: request.headers.authorization, body: await textOf(request) });
    response.writeHead(status).end();
  });
  closers.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, seen };
}

test('posts the body with the token', async () => {
  const { url, seen } = await receiver(200);
  await expect(deliverTo(url, { clock: systemClock, token: 'letmein' })(body)).resolves.toBe('taken');
  expect(seen).toEqual([{ authorization: 'Bearer letmein', body: JSON.stringify(body) }]);
});

test.each([
  [503, 'retry'],
  [429, 'refused'],
  [400, 'refused'],
] as const)('an answer of %i means %s', async (status, outcome) => {
  const { url } = await receiver(status);
  await expect(deliverTo(url, { clock: systemClock })(body)).resolves.toBe(outcome);
});

test('a receiver that nobody listens for is tried again', async () => {
  await expect(deliverTo('http://127.0.0.1:1/', { clock: systemClock })(body)).resolves.toBe('retry');
});
