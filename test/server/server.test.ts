import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AlertwrightError } from '../../src/lib/errors.ts';
import { createLog } from '../../src/lib/log.ts';
import { entranceOf } from './entrance_of.ts';
import { askingIncident, bench, webhookBody } from './support.ts';

const recorded = join(import.meta.dirname, '../fixtures/alertmanager/grouped-firing-2.json');

test('what Alertmanager sends is committed before the answer, and becomes incidents, at both addresses', async () => {
  const { server, store, settled } = bench();
  const body = JSON.parse(readFileSync(recorded, 'utf8'));
  const first = await server.inject({ method: 'POST', url: '/api/v2/webhook/alertmanager', body });
  expect(first.statusCode).toBe(200);
  expect(first.json()).toEqual({ accepted: 2, rejected: 0 });
  await settled();
  expect(store.inbox.backlog()).toBe(0);
  expect(store.incidents.list()).toHaveLength(2);

  const again = await server.inject({ method: 'POST', url: '/webhook', body });
  expect(again.json()).toEqual({ accepted: 2, rejected: 0 });
  await settled();
  expect(store.incidents.list().map(({ alertCount }) => alertCount)).toEqual([1, 1]);
});

test.each([
  ['no JSON', '{"alerts": [', 400, 'FST_ERR_CTP_INVALID_JSON_BODY'],
  ['not a webhook body', '{"alerts": [{"status": "burning"}]}', 400, 'invalid_payload'],
  ['nothing', '', 400, 'FST_ERR_CTP_EMPTY_JSON_BODY'],
])('%s is refused with JSON that says why', async (_name, payload, status, code) => {
  const { server, store, settled } = bench();
  const headers = { 'content-type': 'application/json' };
  const answer = await server.inject({ method: 'POST', url: '/webhook', payload, headers });
  await settled();
  expect(answer.statusCode).toBe(status);
  expect(answer.json().error.code).toBe(code);
  expect(store.incidents.list()).toEqual([]);
});

test('a refused body names the field', async () => {
  const { server } = bench();
  const body = { alerts: [{ status: 'burning', startsAt: '2026-11-21T10:00:00Z' }] };
  const answer = await server.inject({ method: 'POST', url: '/webhook', body });
  expect(answer.json().error.message).toContain('alerts.0.status');
});

test('one bad alert costs the good ones nothing: it is kept aside, with its path', async () => {
  const { server, store, settled } = bench();
  const good = { status: 'firing', labels: { alertname: 'A' }, startsAt: '2026-11-21T10:00:00Z' };
  const body = { alerts: [good, { ...good, startsAt: 'yesterday' }, { ...good, labels: { alertname: 'B' } }] };
  const answer = await server.inject({ method: 'POST', url: '/webhook', body });
  expect([answer.statusCode, answer.json()]).toEqual([200, { accepted: 2, rejected: 1 }]);
  await settled();
  expect(store.alerts.page({ limit: 9 }).items).toHaveLength(2);
  expect(store.rejected.page({ limit: 9 }).items).toMatchObject([
    { problem: expect.stringMatching(/^alerts\.1\.startsAt/) },
  ]);
});

test('a body that is no JSON by its type, or too long, is refused', async () => {
  const { server } = bench();
  const form = await server.inject({
    method: 'POST',
    url: '/webhook',
    payload: JSON.stringify(webhookBody('cart-1')),
    headers: { 'content-type': 'text/plain' },
  });
  expect([form.statusCode, form.json().error.message]).toEqual([
    415,
    'expected a body with Content-Type: application/json',
  ]);
  const long = await server.inject({ method: 'POST', url: '/webhook', body: { alerts: 'x'.repeat(9 * 2 ** 20) } });
  expect([long.statusCode, long.json().error.message]).toEqual([
    413,
    'expected a body of at most 8388608 bytes, got a longer one',
  ]);
});

test('when the store fails the answer is 503, so that Alertmanager sends the alerts again', async () => {
  const { server } = bench({
    receive() {
      throw new AlertwrightError('storage_full', 'there is no space left');
    },
  });
  const answer = await server.inject({ method: 'POST', url: '/webhook', body: webhookBody('cart-1') });
  expect([answer.statusCode, answer.json().error]).toEqual([503, { code: 'store', message: 'there is no space left' }]);
});

test('a bug is a 500 that tells the caller nothing of it', async () => {
  const { server } = bench({
    receive() {
      throw new TypeError('secret-internals is not a function');
    },
  });
  const answer = await server.inject({ method: 'POST', url: '/webhook', body: webhookBody('cart-1') });
  expect(answer.statusCode).toBe(500);
  expect(answer.body).not.toContain('secret-internals');
});

test('alive is whoever answers; ready is whose parts are all well', async () => {
  const away = { ok: false as const, reason: 'the API server: refused' };
  const { server } = bench({ checks: { cluster: async () => away } });
  expect((await server.inject('/healthz')).json()).toEqual({ status: 'ok' });
  const ready = await server.inject('/readyz');
  expect([ready.statusCode, ready.json()]).toEqual([
    503,
    { status: 'not ready', checks: { store: 'ok', cluster: 'the API server: refused' } },
  ]);
  const well = bench({ checks: { cluster: () => ({ ok: true }) } });
  expect((await well.server.inject('/readyz')).statusCode).toBe(200);
});

test('incidents are listed, shown, and told event by event', async () => {
  const desk = bench();
  const { id } = await askingIncident(desk);
  const list = await desk.server.inject('/api/v1/incidents?open=true&limit=5');
  expect(list.json().incidents).toMatchObject([{ id, state: 'awaiting_approval', alerts: 1 }]);
  expect((await desk.server.inject(`/api/v1/incidents/${id}`)).json()).toEqual(
    JSON.parse(JSON.stringify(desk.store.incidents.get(id))),
  );
  const page = await desk.server.inject(`/api/v1/incidents/${id}/events?afterSeq=2&limit=2`);
  expect(page.json().events.map((event: { seq: number }) => event.seq)).toEqual([3, 4]);
});

test.each([
  ['/api/v1/incidents/inc-none', 404, 'not_found'],
  ['/api/v1/incidents/inc-none/events', 404, 'not_found'],
  ['/api/v1/incidents?limit=many', 400, 'invalid_request'],
  ['/api/v1/incidents?newest=1', 400, 'invalid_request'],
  ['/nothing', 404, 'no_route'],
])('GET %s is answered with %i and %s', async (url, status, code) => {
  const answer = await bench().server.inject(url);
  expect([answer.statusCode, answer.json().error.code]).toEqual([status, code]);
});

test('an answer about the plan that is asked about is passed on', async () => {
  const desk = bench();
  const { id, plan } = await askingIncident(desk);
  const body = { plan, approve: true, by: 'ada' };
  const answer = await desk.server.inject({ method: 'POST', url: `/api/v1/incidents/${id}/approval`, body });
  expect(answer.statusCode).toBe(202);
  expect(desk.answers).toEqual([{ incident: id, answer: { planHash: plan, approve: true, by: 'ada', reason: '' } }]);
});

test('an answer about another plan, too late, or by nobody is refused and not passed on', async () => {
  const desk = bench();
  const { id, plan } = await askingIncident(desk);
  const post = async (body: object) => {
    const answer = await desk.server.inject({ method: 'POST', url: `/api/v1/incidents/${id}/approval`, body });
    return [answer.statusCode, answer.json().error.code];
  };
  expect(await post({ plan: 'other', approve: true, by: 'ada' })).toEqual([409, 'other_plan']);
  expect(await post({ plan, approve: true, by: ' ' })).toEqual([400, 'invalid_request']);
  expect(await post({ plan, approve: 'yes', by: 'ada' })).toEqual([400, 'invalid_request']);
  desk.store.incidents.append(id, 'e', { type: 'rejected', planHash: plan, by: 'ada', reason: '' });
  expect(await post({ plan, approve: true, by: 'ada' })).toEqual([409, 'not_awaiting']);
  expect(desk.answers).toEqual([]);
});

test('the log has one line a request, without headers', async () => {
  const lines: string[] = [];
  const log = createLog({ level: 'debug', destination: { write: line => lines.push(line) } });
  const { server } = bench({ log, entrance: entranceOf({ auth: { token: 's3cret' } }) });
  await server.inject({ url: '/api/v1/incidents?open=true', headers: { authorization: 'Bearer s3cret' } });
  expect(lines.map(line => JSON.parse(line))).toMatchObject([
    { level: 'debug', method: 'GET', path: '/api/v1/incidents', status: 200 },
  ]);
  expect(lines.join()).not.toContain('s3cret');
});

test('labels that are called like parts of JavaScript cost nobody an alert', async () => {
  const { server, store, settled } = bench();
  const payload = `{"alerts":[
    {"status":"firing","startsAt":"2026-11-21T10:00:00Z","labels":{"__proto__":"x","constructor":"y","alertname":"A"}},
    {"status":"firing","startsAt":"2026-11-21T10:00:00Z","labels":{"alertname":"B"}}]}`;
  const headers = { 'content-type': 'application/json' };
  const answer = await server.inject({ method: 'POST', url: '/webhook', payload, headers });
  expect(answer.json()).toEqual({ accepted: 2, rejected: 0 });
  await settled();
  expect(store.incidents.list().map(({ title }) => title)).toEqual(['B', 'A']);
});

test('a request that never ends does not keep the server from closing', async () => {
  const { server } = bench();
  const { port } = new URL(await server.listen({ host: '127.0.0.1', port: 0 }));
  const socket = connect(Number(port), '127.0.0.1');
  const ended = once(socket, 'close');
  const received = once(server.server, 'request');
  socket.write(
    'POST /webhook HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
  );
  await received;
  await server.close();
  await ended;
});
