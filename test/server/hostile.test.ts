import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { type Bench, bench, webhookBody } from './support.ts';

const json = { 'content-type': 'application/json' };
const good = { status: 'firing', labels: { alertname: 'Good' }, startsAt: '2026-11-21T10:00:00Z', fingerprint: 'good' };
const besideGood = (alert: string) => `{"alerts":[${alert},${JSON.stringify(good)}]}`;
const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
const labels = (more: string) => `{"status":"firing","fingerprint":"odd","labels":{"alertname":"Odd",${more}}}`;
const dated = (startsAt: string, endsAt: string) =>
  JSON.stringify({ ...good, status: 'resolved', fingerprint: 'odd', startsAt, endsAt });

/** Posts a body, and expects that whoever comes next is served as ever. */
async function post({ server, settled }: Bench, payload: string | Buffer, headers: Record<string, string> = json) {
  const answer = await server.inject({ method: 'POST', url: '/webhook', payload, headers });
  await settled();
  const next = await server.inject({ method: 'POST', url: '/webhook', body: webhookBody('next') });
  expect(next.json()).toEqual({ accepted: 1, rejected: 0 });
  await settled();
  return answer;
}

function kept({ store }: Bench): string[] {
  const all = store.alerts.page({ limit: 1000 }).items.map(({ alert }) => alert.fingerprint);
  return all.filter(fingerprint => fingerprint !== 'f-next').sort();
}

test.each([
  ['labels that reach for prototypes', labels('"__proto__":"x","constructor":"y","prototype":"z"'), true],
  [
    'a prototype as a field',
    '{"__proto__":{"status":"firing"},"fingerprint":"odd","constructor":{"prototype":{}}}',
    true,
  ],
  ['a label that nests 100,000 deep', labels(`"a":${deep(100_000)}`), false],
  [
    'a field that nests 100,000 deep',
    `{"labels":{"alertname":"Odd"},"fingerprint":"odd","other":${deep(100_000)}}`,
    true,
  ],
  ['an alert that nests 100,000 deep', deep(100_000), false],
  ['lists that nest 100,000 deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, false],
  ['a label of a megabyte', labels(`"a":"${'x'.repeat(2 ** 20)}"`), true],
  ['thousands of labels', labels(Array.from({ length: 5000 }, (_, n) => `"l${n}":"${'v'.repeat(200)}"`).join()), true],
  ['NUL and half a character', labels('"a":"\\u0000\\ud800","\\u0000":"b","\\udfff":"c"'), true],
  ['a key twice', '{"labels":{"alertname":"A"},"labels":{"alertname":"B"},"fingerprint":"odd"}', true],
  ['numbers beyond all numbers', labels('"a":1e400,"b":-1e400,"c":1e-400'), false],
  ['a status twice as long', '{"status":["firing","firing"],"labels":{"alertname":"Odd"}}', false],
  ['a number for an alert', '1e999', false],
  ['an end before its beginning', dated('2026-11-21T10:00:00Z', '2026-11-21T09:00:00Z'), true],
  ['times before all times', dated('-271821-04-20T00:00:00Z', '-000001-01-01T00:00:00Z'), true],
  ['times that end the calendar', dated('+275760-09-13T00:00:00Z', '+275760-09-13T00:00:00Z'), false],
  ['times after the calendar', dated('+275760-09-13T00:00:01Z', '+999999-01-01T00:00:00Z'), false],
  ['years that have five digits', dated('2026-11-21T10:00:00Z', '+010000-01-01T00:00:00Z'), false],
])('an alert with %s costs the one beside it nothing', async (_name, alert, accepted) => {
  const desk = bench();
  const answer = await post(desk, besideGood(alert));
  expect(answer.json()).toEqual(accepted ? { accepted: 2, rejected: 0 } : { accepted: 1, rejected: 1 });
  expect(kept(desk)).toEqual(accepted ? ['good', 'odd'] : ['good']);
  expect(desk.store.rejected.count()).toBe(accepted ? 0 : 1);
});

const invalid = Buffer.concat([
  Buffer.from('{"alerts":[{"labels":{"alertname":"'),
  Buffer.from([0xff, 0xc0, 0x80]),
  Buffer.from('"}}]}'),
]);
const whole = JSON.stringify({ alerts: [good] });

test.each<[string, string | Buffer, Record<string, string>, number]>([
  ['nesting without end', '['.repeat(1_000_000), json, 400],
  ['a JSON that is cut off', whole.slice(0, -3), json, 400],
  ['two bodies in one', whole + whole, json, 400],
  ['an alert outside of any list', JSON.stringify(good), json, 400],
  ['a list of alerts', JSON.stringify([good]), json, 400],
  ['alerts by number', JSON.stringify({ alerts: { 0: good, length: 1 } }), json, 400],
  ['a prototype for a body', '{"__proto__":{"alerts":[{"labels":{"alertname":"A"}}]}}', json, 400],
  ['text', 'alerts', json, 400],
  ['zeros', Buffer.alloc(1000), json, 400],
  ['10 MB', Buffer.alloc(10 * 2 ** 20, ' '), json, 413],
  ['a gzip', gzipSync(whole), { ...json, 'content-encoding': 'gzip' }, 400],
  ['a type that is no JSON', whole, { 'content-type': 'application/xml' }, 415],
])('%s is refused, and nothing of it is kept', async (_name, payload, headers, status) => {
  const desk = bench();
  const answer = await post(desk, payload, headers);
  expect(answer.statusCode).toBe(status);
  expect(answer.json().error.message).toEqual(expect.any(String));
  expect(kept(desk)).toEqual([]);
});

test('whoever says that a body is compressed, which is not, is understood', async () => {
  const desk = bench();
  expect((await post(desk, whole, { ...json, 'content-encoding': 'gzip' })).json()).toEqual({
    accepted: 1,
    rejected: 0,
  });
  expect(kept(desk)).toEqual(['good']);
});

test('bytes that are no UTF-8 are read as the sign for such', async () => {
  const desk = bench();
  expect((await post(desk, invalid)).json()).toEqual({ accepted: 1, rejected: 0 });
  const [alert] = desk.store.alerts.page({ limit: 10, name: '\ufffd\ufffd\ufffd' }).items;
  expect(alert?.alert.labels).toEqual({ alertname: '\ufffd\ufffd\ufffd' });
});

test('names that JSON or a database may take for others name one alert, however often it is sent', async () => {
  const desk = bench();
  const names = ['a\u0000b', 'a\u0000c', 'a', '\ud800', "'; DROP TABLE alerts; --", '__proto__', ' '];
  const body = JSON.stringify({ alerts: names.map(fingerprint => ({ ...good, fingerprint })) });
  await post(desk, body);
  await post(desk, body);
  expect(kept(desk)).toEqual(names.map(each => each.toWellFormed()).sort());
});

test.each([
  ['numbers', '0'],
  ['nothings', '{}'],
  ['alerts as short as can be', '{"labels":{"a":1}}'],
])('as many %s as fit into a body hold nobody up for long', async (_name, one) => {
  const desk = bench();
  const bodyOf = (count: number) => `{"alerts":[${Array.from({ length: count }, () => one).join()}]}`;
  const begun = performance.now();
  const answer = await post(desk, bodyOf(Math.floor((8 * 2 ** 20 - 100) / (one.length + 1))));
  expect(answer.json().error.message).toContain('alerts: expected at most 20000 alerts in one body');
  expect([kept(desk), desk.store.rejected.count()]).toEqual([[], 0]);
  await post(desk, bodyOf(20_000));
  // Without a bound on their number, the first alone would take a minute.
  expect(performance.now() - begun).toBeLessThan(10_000);
});

test.each([
  ['chunks that are none', 'Transfer-Encoding: chunked\r\n\r\nzz\r\n{"alerts":[]}\r\n0\r\n\r\n'],
  ['a chunk larger than any', `Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}`],
  ['less than it announces', 'Content-Length: 500\r\n\r\n{"alerts":['],
  ['more than it announces', `Content-Length: 5\r\n\r\n${whole}`],
])('a socket that sends %s and closes its half is closed, and others are served', async (_name, rest) => {
  const desk = bench();
  const url = await desk.server.listen({ host: '127.0.0.1', port: 0 });
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined).resume();
  socket.end(`POST /webhook HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${rest}`);
  await once(socket, 'close');
  await desk.settled();
  expect(kept(desk)).toEqual([]);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});
