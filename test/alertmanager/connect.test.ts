import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { alertOf } from '../../src/alertmanager/alertmanager.ts';
import { type AlertmanagerOptions, connectAlertmanager } from '../../src/alertmanager/connect.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { selfSignedForLoopback } from '../../src/lib/self_signed.ts';
import { type Answer, createFake, serveFake } from './fake.ts';

const never = new AbortController().signal;

async function open(more: Partial<AlertmanagerOptions> = {}, answer?: Answer) {
  const fake = createFake(systemClock);
  const served = await serveFake(fake, systemClock);
  if (answer) served.answer = answer;
  const alertmanager = connectAlertmanager({ url: served.url, timeoutMs: 2000, ...more });
  onTestFinished(alertmanager.close);
  return { fake, served, read: () => alertmanager.read(never), alertmanager };
}

test('its alerts, since when it runs, and what time it is there', async () => {
  const { fake, read } = await open();
  fake.put('a');
  const { now, startedAt, alerts, complete } = await read();
  expect(Math.abs(now! - systemClock.now())).toBeLessThan(5000);
  expect([startedAt, complete]).toEqual([fake.startedAt(), true]);
  expect(alerts).toMatchObject([{ fingerprint: 'a', state: 'active', receivers: ['ours'] }]);
  expect(alertOf(alerts[0]!, systemClock.now())).toEqual({
    fingerprint: 'a',
    status: 'firing',
    labels: { alertname: 'PodCrashes', namespace: 'shop', pod: 'a' },
    annotations: { summary: 'a pod crashes' },
    startsAt: fake.list()[0]?.startsAt,
    generatorUrl: 'http://prometheus/graph',
    receiver: 'ours',
    asOf: fake.list()[0]?.updatedAt,
  });
});

test('the URL may have a path, and shows what lets us in on every call', async () => {
  const tokens = ['first', 'second'];
  const seen: unknown[] = [];
  const { served } = await open();
  served.answer = ({ url, headers }, response) => {
    seen.push([url, headers.authorization]);
    response.end(url?.endsWith('/status') ? '{"uptime":"2026-01-01T00:00:00Z"}' : '[]');
  };
  const authorization = () => `Bearer ${tokens.shift()}`;
  const alertmanager = connectAlertmanager({ url: `${served.url}/mon/am/`, timeoutMs: 2000, authorization });
  onTestFinished(alertmanager.close);
  await alertmanager.read(never);
  expect(seen).toEqual([
    ['/mon/am/api/v2/alerts', 'Bearer first'],
    ['/mon/am/api/v2/status', 'Bearer second'],
  ]);
  expect(alertmanager.name).toBe(`${served.url}/mon/am`);
});

const cases: [string, Answer, RegExp][] = [
  [
    'a refusal',
    (_, response) => response.writeHead(401).end('who are you? password=hunter2secret'),
    /it answered 401: who are you\? password=\[redacted/,
  ],
  ['a redirect', (_, response) => response.writeHead(302, { location: '/login' }).end(), /it answered 302/],
  ['a page', (_, response) => response.end('<html>'), /expected JSON/],
  ['an object', (_, response) => response.end('{"uptime":"2026-01-01T00:00:00Z"}'), /expected a list of alerts/],
  ['no status', (_, response) => response.end('[]'), /expected the status/],
  ['silence', () => {}, /no answer within 0.2 s/],
  ['half an answer', (_, response) => void response.writeHead(200).write('['), /no answer within 0.2 s/],
  ['a broken connection', (_, response) => response.destroy(), /other side closed/],
  ['too much', (_, response) => response.end(`["${'a'.repeat(2000)}"]`), /expected an answer below 1000 bytes/],
];

test.each(cases)('%s is told as what it is', async (_name, answer, problem) => {
  const { read } = await open({ timeoutMs: 200, limits: { bytes: 1000 } }, answer);
  const error = await read().catch((error: unknown) => error);
  expect(error).toMatchObject({ code: 'alertmanager', message: expect.stringMatching(problem) });
  expect(error).toMatchObject({ message: expect.stringMatching(/^the Alertmanager at http:\/\/127\.0\.0\.1:\d+: /) });
});

test('nobody there is told as what it is', async () => {
  const alertmanager = connectAlertmanager({ url: 'http://127.0.0.1:1', timeoutMs: 2000 });
  onTestFinished(alertmanager.close);
  await expect(alertmanager.read(never)).rejects.toThrow(/ECONNREFUSED/);
});

test('more alerts than can be compared, or one that is none, leave the answer incomplete', async () => {
  const { fake, read, served } = await open({ limits: { alerts: 2 } });
  for (const name of ['a', 'b', 'c']) fake.put(name);
  expect(await read()).toMatchObject({ complete: false, alerts: [{ fingerprint: 'a' }, { fingerprint: 'b' }] });
  const one = fake.list()[0];
  served.answer = ({ url }, response) =>
    response.end(JSON.stringify(url?.endsWith('status') ? { uptime: '2026-01-01T00:00:00Z' } : [{ odd: 1 }, one]));
  expect(await read()).toMatchObject({ complete: false, alerts: [{ fingerprint: 'a' }] });
});

test('its certificate is checked against the given CA', async () => {
  const now = systemClock.now();
  const { key, certificate } = selfSignedForLoopback({ from: now - 60_000, until: now + 60_000 });
  const server = createServer({ key, cert: certificate }, ({ url }, response) =>
    response.end(url?.endsWith('status') ? '{"uptime":"2026-01-01T00:00:00Z"}' : '[]'),
  );
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [trusting, strict] = [{ ca: certificate }, {}].map(more =>
    connectAlertmanager({ url, timeoutMs: 2000, ...more }),
  );
  onTestFinished(async () => void (await Promise.all([trusting!.close(), strict!.close()])));
  expect(await trusting!.read(never)).toMatchObject({ alerts: [] });
  await expect(strict!.read(never)).rejects.toThrow(/self.signed certificate/);
});
