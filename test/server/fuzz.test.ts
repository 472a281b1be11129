import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Bench, bench } from './support.ts';

const folder = join(import.meta.dirname, '../fixtures/alertmanager');
const recorded = readdirSync(folder).map(file => readFileSync(join(folder, file), 'utf8'));
const headers = { 'content-type': 'application/json' };

type Json = Record<string, unknown>;

/** What somebody puts where something else belongs. */
const odd = fc.oneof(
  fc.constantFrom(null, '', 0, -1, 1e300, true, [], {}, [[]], '\u0000', '\ud800', '\ud800\udc00', 'x'.repeat(20_000)),
  fc.constantFrom('0001-01-01T00:00:00Z', '-271821-04-20T00:00:00Z', '+275760-09-13T00:00:00Z', '9999-12-31T23:59:59Z'),
  fc.constantFrom('2026-13-45T99:99:99Z', '1970-01-01T00:00:00Z', 'firing', 'resolved', 'NaN', '1e400'),
  fc.constantFrom('{"__proto__":{"labels":1}}', '{"constructor":{"prototype":{"a":1}}}').map(text => JSON.parse(text)),
  fc.jsonValue({ maxDepth: 3 }),
);
const name = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'alertname', 'pod', ''),
  fc.string({ maxLength: 20, unit: 'binary' }),
);
const fields = ['status', 'labels', 'annotations', 'startsAt', 'endsAt', 'generatorURL', 'fingerprint', 'other'];
const change = fc.oneof(
  fc.record({ at: fc.constantFrom(...fields).map(field => [field]), to: fc.option(odd, { nil: undefined }) }),
  fc.record({ at: fc.tuple(fc.constantFrom('labels', 'annotations'), name), to: fc.oneof(odd, fc.string()) }),
);
const changes = fc.array(fc.array(change, { maxLength: 3 }), { maxLength: 4 });
const envelope = fc.array(
  fc.record({
    at: fc.constantFrom('version', 'status', 'receiver', 'groupLabels', 'truncatedAlerts', 'groupKey', 'alerts'),
    to: fc.option(odd, { nil: undefined }),
  }),
  { maxLength: 2 },
);

test('whatever is done to some alerts of a body costs the others nothing, and every one is counted', async () => {
  const desk = bench();
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...recorded), changes, envelope, async (text, each, around) => {
      run += 1;
      const body = JSON.parse(text) as Json & { alerts: Json[] };
      const good = body.alerts.map((alert, n) => ({ ...alert, fingerprint: `good-${run}-${n}` }));
      const bad = each.map((some, n) => changed({ ...good[0], fingerprint: `changed-${run}-${n}` }, some));
      const alerts = [...bad.slice(0, 2), ...good, ...bad.slice(2)];
      const sent = { ...body, alerts, ...Object.fromEntries(around.map(({ at, to }) => [at, to])) };
      await expectOneEach(desk, JSON.stringify(sent), sent.alerts === alerts ? good : []);
    }),
    { numRuns: 300 },
  );
});

test('whatever is done to its bytes, a body is taken or refused as a whole', async () => {
  const desk = bench();
  const cut = fc.record({ from: fc.double({ min: 0, max: 1, noNaN: true }), length: fc.integer({ min: 0, max: 40 }) });
  const put = fc.oneof(
    fc.uint8Array({ maxLength: 8 }),
    fc.constantFrom('[', '{"', '\\u', '1e999', ',,', '\u2028').map(Buffer.from),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...recorded), cut, put, async (text, { from, length }, bytes) => {
      const whole = Buffer.from(text);
      const at = Math.floor(from * whole.length);
      const payload = Buffer.concat([whole.subarray(0, at), bytes, whole.subarray(at + length)]);
      await expectOneEach(desk, payload, []);
    }),
    { numRuns: 500 },
  );
});

/** Answers what it did, keeps what it accepted, and nothing of what it refused. */
async function expectOneEach(
  { server, store, settled }: Bench,
  payload: string | Buffer,
  good: { fingerprint: string }[],
) {
  const before = { rows: rows(store).length, rejected: store.rejected.count() };
  const answer = await server.inject({ method: 'POST', url: '/webhook', payload, headers });
  await settled();
  expect([200, 400]).toContain(answer.statusCode);
  expect(store.inbox.backlog()).toBe(0);
  if (answer.statusCode !== 200) {
    expect(rows(store).length).toBe(before.rows);
    return;
  }
  const { accepted, rejected } = answer.json<{ accepted: number; rejected: number }>();
  expect(accepted + rejected).toBe((JSON.parse(payload.toString()) as { alerts: unknown[] }).alerts.length);
  expect(store.rejected.count() - before.rejected).toBe(rejected);
  const kept = rows(store).map(({ alert }) => alert.fingerprint);
  for (const { fingerprint } of good) expect(kept.filter(each => each === fingerprint)).toHaveLength(1);
}

function rows(store: Bench['store']) {
  return store.alerts.page({ limit: 10_000 }).items;
}

function changed(alert: Json, some: readonly { at: string[]; to: unknown }[]): Json {
  const result = structuredClone(alert);
  for (const { at, to } of some) {
    const [field = '', key] = at;
    const inside = result[field];
    if (key === undefined) result[field] = to;
    else if (typeof inside === 'object' && inside !== null)
      Object.defineProperty(inside, key, { value: to, enumerable: true, configurable: true, writable: true });
  }
  return result;
}
