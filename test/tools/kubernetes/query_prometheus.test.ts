import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { silentLog } from '../../../src/lib/log.ts';
import { connectTools } from '../../../src/tools/connect.ts';
import { connectPrometheus, type PrometheusOptions } from '../../../src/tools/prometheus/connect.ts';
import { openPrometheus } from '../../../src/tools/prometheus/open.ts';
import { stillClock } from './ask.ts';
import { factsOf } from './facts_of.ts';
import { createWorld, now } from './world.ts';

type Reply = { status?: number; body: unknown } | 'silence';

/** A server that speaks as Prometheus does. */
async function prometheus(
  reply: (url: URL, request: IncomingMessage) => Reply,
  options: Partial<PrometheusOptions> = {},
) {
  const asked: URL[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '', 'http://prometheus');
    asked.push(url);
    const said = reply(url, request);
    if (said === 'silence') return;
    response.writeHead(said.status ?? 200, { 'content-type': 'application/json' });
    response.end(typeof said.body === 'string' ? said.body : JSON.stringify(said.body));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/prom`;
  const client = connectPrometheus({ url, timeoutMs: 2_000, ...options });
  onTestFinished(async () => {
    await client.close();
    server.closeAllConnections();
    server.close();
  });
  const registry = await connectTools({
    clusterFor: () => createWorld([]),
    clock: stillClock,
    log: silentLog,
    instruments: { prometheus: client },
  });
  onTestFinished(() => registry.close());
  const ask = async (args: Record<string, unknown>) => (await registry.call('query_prometheus', args)).text.split('\n');
  return { url, asked, client, ask };
}

const answered = (resultType: string, result: unknown, more: object = {}) => ({
  body: { status: 'success', data: { resultType, result }, ...more },
});
const labels = (pod: string) => ({ __name__: 'up', job: 'web', pod });

test('what it is worth now: the largest first, and what all have in common only once', async () => {
  const sample = (pod: string, value: string) => ({ metric: labels(pod), value: [now / 1000, value] });
  const { ask, asked, client } = await prometheus(() =>
    answered('vector', [sample('web-1', '0.123456'), sample('web-2', '1234567'), sample('web-3', 'NaN')]),
  );
  expect(await ask({ promql: 'up' })).toEqual([
    '3 series, all with up, job="web":',
    'pod="web-2": 1.23M',
    'pod="web-1": 0.123',
    'pod="web-3": NaN',
  ]);
  expect(asked[0]?.pathname).toBe('/prom/api/v1/query');
  expect(Object.fromEntries(asked[0]?.searchParams ?? [])).toEqual({ query: 'up', timeout: '2000ms', limit: '500' });
  const facts = await factsOf(createWorld([]), 'query_prometheus', { query: 'up' }, { prometheus: client });
  expect(facts).toMatchObject({ result: 'series', series: 3 });
  expect(facts).toHaveProperty('values.length', 2);
  expect(facts).toHaveProperty('values.1', {
    labels: labels('web-1'),
    last: 0.123456,
    min: 0.123456,
    max: 0.123456,
  });
});

test('a secret in a label is told neither in the text nor in the facts', async () => {
  const token = `ghp_${'a1B2'.repeat(9)}`;
  const { ask, client } = await prometheus(() => answered('vector', [{ metric: { url: token }, value: [1, '1'] }]));
  const facts = await factsOf(createWorld([]), 'query_prometheus', { query: 'up' }, { prometheus: client });
  expect(facts).toMatchObject({ series: 1 });
  expect(JSON.stringify([await ask({ query: 'up' }), facts])).not.toContain(token);
});

test('how it went: at most 20 points, with gaps, and the lowest, the highest and the last', async () => {
  const at = (index: number) => now / 1000 - 3_610 + index * 190;
  const { ask, asked } = await prometheus(() =>
    answered('matrix', [
      { metric: { pod: 'a' }, values: [0, 1, 3, 19].map(index => [at(index), `${index * 1.5}`]) },
      { metric: { pod: 'b' }, values: [0, 1, 2].map(index => [at(index), '5']) },
    ]),
  );
  expect(await ask({ query: 'x', minutes: 60 })).toEqual([
    '2 series, over 60m, a point each 3m:',
    'pod="a": min 0, max 28.5, last 28.5; 0 1.5 - 4.5 - - - - - - - - - - - - - - - 28.5',
    'pod="b": always 5',
  ]);
  const { start, end, step } = Object.fromEntries(asked[0]?.searchParams ?? []);
  expect([Number(end) - Number(start), Number(step)]).toEqual([3_610, 190]);
});

test('a scalar, and nothing', async () => {
  const { ask } = await prometheus(({ searchParams }) =>
    searchParams.get('query') === '1+1' ? answered('scalar', [now / 1000, '2']) : answered('vector', []),
  );
  expect(await ask({ query: '1+1' })).toEqual(['1 series:', 'value: 2']);
  expect(await ask({ query: 'absent_metric' })).toEqual([
    'No series match now: nothing exports such a metric, a label is misspelt, or a comparison is false.',
  ]);
});

test('a query that it refuses is an answer, in its own words', async () => {
  const error = 'invalid parameter "query": 1:4: parse error: unexpected end of input';
  const { ask } = await prometheus(() => ({ status: 400, body: { status: 'error', errorType: 'bad_data', error } }));
  expect(await ask({ query: 'sum(' })).toEqual([`Prometheus refused the query: ${error}`]);
});

test('what is away, silent, too large, or speaks otherwise costs one answer', async () => {
  const large = { metric: { pod: 'x'.repeat(1_000) }, value: [1, '1'] };
  const says = async (reply: Reply, options: Partial<PrometheusOptions> = {}) =>
    (await (await prometheus(() => reply, options)).ask({ query: 'up' })).join('\n');
  expect(await says('silence', { timeoutMs: 50 })).toMatch(
    /^No answer: .* no answer within 0.05 s\. Decide without it\./,
  );
  expect(
    await says(
      answered(
        'vector',
        Array.from({ length: 3_000 }, () => large),
      ),
      { maxBytes: 2 ** 20 },
    ),
  ).toContain('the result is larger than 1 MiB: select fewer series, or aggregate');
  expect(await says({ status: 401, body: 'no' })).toContain('it does not let us in (401)');
  expect(await says({ status: 502, body: '<html>bad gateway' })).toContain('it answered 502: <html>bad gateway');
  expect(await says({ body: '<html>' })).toContain('expected JSON, got something else');
  expect(await says({ body: { data: 1 } })).toContain('expected the result of a query, got something else');
  const gone = connectPrometheus({ url: 'http://127.0.0.1:1', timeoutMs: 1_000 });
  onTestFinished(() => gone.close());
  const { signal } = new AbortController();
  expect(await gone.query('up', undefined, signal)).toMatchObject({
    kind: 'away',
    why: expect.stringContaining('127.0.0.1:1'),
  });
});

test('shows its token to nobody else, and hundreds of series stay within the bound', async () => {
  const seen: (string | undefined)[] = [];
  const many = Array.from({ length: 400 }, (_, index) => ({ metric: labels(`web-${index}`), value: [1, `${index}`] }));
  const { ask } = await prometheus(
    (_url, request) => {
      seen.push(request.headers.authorization);
      return answered('vector', many, { warnings: ['results truncated due to limit'] });
    },
    { token: () => 'very-secret-token-of-ours' },
  );
  const text = (await ask({ query: 'up' })).join('\n');
  expect(seen).toEqual(['Bearer very-secret-token-of-ours']);
  expect(text).toContain('Prometheus warns: results truncated due to limit');
  expect(text).toContain('pod="web-399": 399');
  expect(text.length / 4).toBeLessThanOrEqual(600);
});

test('it is offered only where a Prometheus is configured', async () => {
  const registry = await connectTools({ clusterFor: () => createWorld([]), clock: stillClock, log: silentLog });
  onTestFinished(() => registry.close());
  expect(registry.offered().map(({ name }) => name)).not.toContain('query_prometheus');
});

test('the token is the one that stands in its file now, and a file that is not there stops the start', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'alertwright-prometheus-token-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const tokenFile = join(folder, 'token');
  const seen: (string | undefined)[] = [];
  const { url } = await prometheus((_url, request) => {
    seen.push(request.headers.authorization);
    return answered('vector', []);
  });
  let time = now;
  const around = { clock: { ...stillClock, now: () => time }, log: silentLog };
  const access = { url, tokenFile, timeoutSeconds: 2 };
  expect(() => openPrometheus(access, around)).toThrow(/expected the file of prometheus\.tokenFile at .*no such file/);
  expect(openPrometheus({ timeoutSeconds: 2 }, around)).toBeUndefined();
  writeFileSync(tokenFile, 'first-token\n');
  const opened = openPrometheus(access, around);
  onTestFinished(() => opened?.close());
  const { signal } = new AbortController();
  await opened?.query('up', undefined, signal);
  writeFileSync(tokenFile, 'second-token\n');
  time += 10_000;
  await opened?.query('up', undefined, signal);
  expect(seen).toEqual(['Bearer first-token', 'Bearer second-token']);
});
