import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Alert } from '../../../src/alerts/alert.ts';
import type { AlertAnswer } from '../../../src/server/api/alert_answer.ts';
import { alertFor } from '../../support/incidents.ts';
import { askingIncident, type Bench, bench, webhookBody } from '../support.ts';

interface AlertPage {
  alerts: AlertAnswer[];
  next?: string;
}

function put({ store }: Bench, name: string, more: Partial<Alert> = {}): void {
  const alert = { ...alertFor({ namespace: 'shop', pod: name }), fingerprint: name, ...more };
  store.alerts.put({ alert, incident: 'inc-1', heardAt: 1000 });
}

async function get<T>({ server }: Bench, url: string): Promise<T> {
  const answer = await server.inject(url);
  expect([url, answer.statusCode]).toEqual([url, 200]);
  return answer.json<T>();
}

async function alertsAt(desk: Bench, query: string): Promise<string[]> {
  return (await get<AlertPage>(desk, `/api/v1/alerts?${query}`)).alerts.map(({ fingerprint }) => fingerprint);
}

test('an alert is told with its name, its incident and when it was heard of', async () => {
  const desk = bench();
  put(desk, 'f1');
  expect(await get(desk, '/api/v1/alerts')).toEqual({
    alerts: [
      {
        fingerprint: 'f1',
        status: 'firing',
        name: 'KubePodCrashLooping',
        labels: { alertname: 'KubePodCrashLooping', namespace: 'shop', pod: 'f1' },
        annotations: {},
        startsAt: '2026-11-21T10:00:00.000Z',
        incident: 'inc-1',
        heardAt: '1970-01-01T00:00:01.000Z',
      },
    ],
  });
});

test('alerts are found by what they are, where, and where they went', async () => {
  const desk = bench();
  put(desk, 'a');
  put(desk, 'b', { status: 'resolved' });
  put(desk, 'c', { labels: { alertname: 'Other', namespace: 'till' } });
  expect(await alertsAt(desk, '')).toEqual(['c', 'b', 'a']);
  expect(await alertsAt(desk, 'status=firing')).toEqual(['c', 'a']);
  expect(await alertsAt(desk, 'status=resolved&namespace=shop')).toEqual(['b']);
  expect(await alertsAt(desk, 'name=Other')).toEqual(['c']);
  expect(await alertsAt(desk, 'incident=inc-1&limit=1')).toEqual(['c']);
  expect(await alertsAt(desk, 'incident=inc-2')).toEqual([]);
});

test('whoever follows next sees each alert once, whatever comes in meanwhile', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.boolean(), { maxLength: 30 }),
      fc.integer({ min: 1, max: 7 }),
      fc.constantFrom('', '&status=firing', '&namespace=shop'),
      async (firing, limit, filter) => {
        const desk = bench();
        firing.forEach((fires, each) => {
          put(desk, `f${each}`, { status: fires ? 'firing' : 'resolved' });
        });
        const before = await alertsAt(desk, `limit=1000${filter}`);
        const seen: string[] = [];
        for (let cursor = '', pages = 1; ; pages += 1) {
          const page = await get<AlertPage>(desk, `/api/v1/alerts?limit=${limit}${filter}${cursor}`);
          seen.push(...page.alerts.map(({ fingerprint }) => fingerprint));
          if (page.next === undefined) break;
          expect(page.alerts).toHaveLength(limit);
          put(desk, `late ${pages}`);
          cursor = `&cursor=${page.next}`;
        }
        expect(seen).toEqual(before);
      },
    ),
    { numRuns: 40 },
  );
});

test('a match that is rare, and far back, is found; there is no next when there is no more', async () => {
  const desk = bench();
  desk.store.transaction(() => {
    put(desk, 'first', { labels: { alertname: 'Rare' } });
    put(desk, 'second', { labels: { alertname: 'Rare' } });
    for (let each = 0; each < 21_000; each += 1) put(desk, `f${each}`);
  });
  const page = await get<AlertPage>(desk, '/api/v1/alerts?name=Rare&status=firing&limit=1');
  expect(page).toMatchObject({ alerts: [{ fingerprint: 'second' }], next: expect.any(String) });
  const last = await get<AlertPage>(desk, `/api/v1/alerts?name=Rare&status=firing&limit=1&cursor=${page.next}`);
  expect(last).toMatchObject({ alerts: [{ fingerprint: 'first' }] });
  expect(last.next).toBeUndefined();
});

test('an answer ends before it gets much longer than 4 MiB, and goes on from there', async () => {
  const desk = bench();
  const annotations = { description: 'x'.repeat(60_000) };
  desk.store.transaction(() => {
    for (let each = 0; each < 200; each += 1) put(desk, `f${each}`, { annotations });
  });
  const seen: string[] = [];
  let answers = 0;
  for (let cursor = ''; ; answers += 1) {
    const { body } = await desk.server.inject(`/api/v1/alerts?limit=1000${cursor}`);
    expect(body.length).toBeLessThan(4.2 * 2 ** 20);
    const { alerts, next } = JSON.parse(body) as AlertPage;
    seen.push(...alerts.map(({ fingerprint }) => fingerprint));
    if (next === undefined) break;
    cursor = `&cursor=${next}`;
  }
  expect([seen.length, new Set(seen).size, answers]).toEqual([200, 200, 2]);
});

test.each([
  ['alerts?cursor=nonsense', 'cursor: expected a cursor: what was `next` in a list of alerts'],
  [`alerts?cursor=${Buffer.from('incidents 3').toString('base64url')}`, 'cursor: expected a cursor: what was `next`'],
  [`incidents?cursor=${Buffer.from('alerts 3').toString('base64url')}`, 'cursor: expected a cursor: what was `next`'],
  ['alerts?limit=0', 'limit: '],
  ['alerts?limit=1001', 'limit: '],
  ['alerts?limit=many', 'limit: expected a whole number'],
  ['alerts?limit=1&limit=2', 'limit: expected a whole number'],
  ['alerts?status=burning', 'status: expected one of firing, resolved'],
  ['alerts?state=open', 'unknown key "state"; did you mean "status"?'],
  ['alerts/rejected?name=a', 'unknown key "name"; known: limit, cursor'],
  ['status?verbose=1', 'unknown key "verbose"'],
  ['incidents?open=perhaps', 'open: '],
])('GET /api/v1/%s is refused: %s', async (path, says) => {
  const answer = await bench().server.inject(`/api/v1/${path}`);
  expect([answer.statusCode, answer.json().error.code]).toEqual([400, 'invalid_request']);
  expect(answer.json().error.message).toContain(says);
});

test('what was rejected is shown, and counted', async () => {
  const desk = bench();
  const body = { alerts: [{ labels: { alertname: 'A' }, startsAt: 'yesterday' }, { labels: { alertname: 'B' } }] };
  for (let times = 0; times < 2; times += 1) await desk.server.inject({ method: 'POST', url: '/webhook', body });
  expect(await get(desk, '/api/v1/alerts/rejected')).toMatchObject({
    rejected: [{ problem: expect.stringContaining('alerts.0.startsAt'), body: expect.stringContaining('A'), times: 2 }],
    total: 2,
  });
});

test('incidents are listed with what they are about, in pages', async () => {
  const desk = bench();
  const { id } = await askingIncident(desk);
  await desk.server.inject({ method: 'POST', url: '/webhook', body: webhookBody('till-1') });
  await desk.settled();
  const first = await get<{ incidents: { id: string }[]; next: string }>(desk, '/api/v1/incidents?limit=1');
  expect(first.incidents).toMatchObject([{ state: 'open', alerts: 1, firing: 1 }]);
  const second = await get(desk, `/api/v1/incidents?limit=1&cursor=${first.next}`);
  expect(second).toMatchObject({
    incidents: [{ id, state: 'awaiting_approval', plan: { hash: 'plan-hash' }, cause: 'the image does not exist' }],
  });
  const ids = async (query: string) =>
    (await get<typeof first>(desk, `/api/v1/incidents?${query}`)).incidents.map(each => each.id);
  expect(await ids('state=awaiting_approval')).toEqual([id]);
  expect(await ids('open=false')).toEqual([]);
  expect(await ids('open=true&namespace=shop')).toHaveLength(2);
});

test('what happened to an incident is told in pages, and says when there is more', async () => {
  const desk = bench();
  const { id } = await askingIncident(desk);
  const seen: number[] = [];
  for (let afterSeq: number | undefined = 0; afterSeq !== undefined; ) {
    const url = `/api/v1/incidents/${id}/events?limit=2&afterSeq=${afterSeq}`;
    const page: { events: { seq: number }[]; next?: number } = await get(desk, url);
    seen.push(...page.events.map(({ seq }) => seq));
    afterSeq = page.next;
  }
  expect(seen).toEqual([1, 2, 3, 4, 5]);
});

test('an incident lists twenty alerts, and all of them are to be had', async () => {
  const desk = bench();
  const letters = 'bcdfghjklmnpqrstvwxz';
  const pods = Array.from(
    { length: 30 },
    (_, each) => `cart-7d8b9c6f5d-${letters[each % 20]}${each < 20 ? 'b' : 'c'}bcd`,
  );
  await desk.server.inject({ method: 'POST', url: '/webhook', body: webhookBody(...pods) });
  await desk.settled();
  const [incident] = desk.store.incidents.list();
  expect([incident!.alerts.length, incident!.alertCount]).toEqual([20, 30]);
  const url = `/api/v1/incidents/${incident!.id}/alerts`;
  const all = await get<AlertPage>(desk, `${url}?limit=1000`);
  expect([all.alerts.length, all.next]).toEqual([30, undefined]);
  expect((await get<AlertPage>(desk, `${url}?status=resolved`)).alerts).toEqual([]);
});

test('the status has the numbers', async () => {
  const desk = bench();
  await askingIncident(desk);
  await desk.server.inject({ method: 'POST', url: '/webhook', body: { alerts: [{ labels: { alertname: 'A' } }, 7] } });
  await desk.settled();
  expect(await get(desk, '/api/v1/status')).toEqual({
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    alerts: { firing: 2, waiting: 0, rejected: 1 },
    incidents: { open: 2 },
  });
  const looked = bench({ catchUp: () => ({ lookedAt: 'then' }) });
  expect(await get(looked, '/api/v1/status')).toMatchObject({ catchUp: { lookedAt: 'then' } });
});
