import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { Bench } from '../server/support.ts';
import { alertFor } from '../support/incidents.ts';
import { cli, jsonLines } from './run_cli.ts';
import { onScreen, runHere } from './run_here.ts';
import { serving } from './serving.ts';

/** So many alerts, the last of which came last and began that many minutes ago. */
function fill({ store }: Bench, amount: number): void {
  store.transaction(() => {
    for (let each = amount; each > 0; each -= 1) {
      const startsAt = new Date(Date.now() - each * 60_000 - 5000).toISOString();
      const labels = { alertname: `Alert${each}`, namespace: each % 2 ? 'shop' : 'till', deployment: `d${each}` };
      const status = each % 3 ? 'firing' : 'resolved';
      const alert = { ...alertFor({}), fingerprint: `${each}`, status, labels, startsAt } as const;
      store.alerts.put({ alert, incident: 'inc-0123456789', heardAt: 1000 });
    }
  });
}

test('alerts are a table, the newest first, and what is left out is said', async () => {
  const desk = await serving();
  fill(desk, 40);
  const { code, out, err } = await runHere(desk.ask('alerts', '--limit', '3'));
  expect([code, err]).toEqual([0, '']);
  expect(out).toBe(
    [
      'age  status    alert   about               incident',
      '---  --------  ------  ------------------  --------------',
      ' 1m  firing    Alert1  Deployment shop/d1  inc-0123456789',
      ' 2m  firing    Alert2  Deployment till/d2  inc-0123456789',
      ' 3m  resolved  Alert3  Deployment shop/d3  inc-0123456789',
      '… and 37 more: --limit 40',
      '',
    ].join('\n'),
  );
  expect((await runHere(desk.ask('alerts', '--limit', '40'))).out).not.toContain('more');
});

test('the filters are the ones of the API, and find what they say', async () => {
  const desk = await serving();
  fill(desk, 6);
  const names = async (...filters: string[]) =>
    jsonLines<{ name: string }>((await runHere(desk.ask('alerts', '--json', ...filters))).out).map(({ name }) => name);
  expect(await names()).toEqual(['Alert1', 'Alert2', 'Alert3', 'Alert4', 'Alert5', 'Alert6']);
  expect(await names('--status', 'resolved')).toEqual(['Alert3', 'Alert6']);
  expect(await names('--namespace', 'shop', '--status', 'firing')).toEqual(['Alert1', 'Alert5']);
  expect(await names('--name', 'Alert4')).toEqual(['Alert4']);
  expect(await names('--incident', 'inc-other')).toEqual([]);
  expect((await runHere(desk.ask('alerts', '--name', 'None'))).out).toBe('no such alert\n');
});

test('more than one answer holds is read page by page; how much is left out is said as far as it is known', async () => {
  const desk = await serving();
  fill(desk, 1300);
  const { out, err } = await runHere(desk.ask('alerts', '--json', '--limit', '1150'));
  const names = jsonLines<{ name: string }>(out).map(({ name }) => name);
  expect([names.length, new Set(names).size]).toEqual([1150, 1150]);
  expect(err).toBe('… and at least 100 others: --limit 10000\n');
  const all = await runHere(desk.ask('alerts', '--json', '--limit', '10000'));
  expect([jsonLines(all.out).length, all.err]).toEqual([1300, '']);
});

test('what stands in an alert can not steer the terminal, nor break the table', async () => {
  const desk = await serving();
  const evil = '\u001b[31mred\u001b]0;title\u0007\u009b2J\u202e\nnext';
  const alert = { ...alertFor({ namespace: evil, deployment: evil.repeat(20) }), fingerprint: evil };
  alert.labels['alertname'] = evil.repeat(20);
  desk.store.alerts.put({ alert, incident: 'inc-0123456789', heardAt: 1000 });
  const shown = await onScreen(desk.ask('alerts'));
  expect(shown.widest).toBeLessThanOrEqual(80);
  expect(shown.out.split('\n')).toHaveLength(4);
  expect(shown.out).toMatch(/ inc-0123456789$/m);
  for (const argv of [['alerts'], ['alerts', '--json']]) {
    const { out } = await runHere(desk.ask(...argv));
    expect(out).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
  }
  const [printed] = jsonLines<{ name: string }>((await runHere(desk.ask('alerts', '--json'))).out);
  expect(printed?.name).toBe(alert.labels['alertname']);
});

test('what was rejected is listed with why, and counted', async () => {
  const desk = await serving();
  expect((await runHere(desk.ask('alerts', 'rejected'))).out).toBe('no alert was rejected\n');
  const bad = { labels: { alertname: 'A' }, startsAt: '\u001b[2Jyesterday' };
  for (let times = 0; times < 3; times += 1)
    await desk.server.inject({ method: 'POST', url: '/webhook', body: { alerts: [bad, alertFor({})] } });
  const { out } = await runHere(desk.ask('alerts', 'rejected'));
  expect(out).toMatch(/^3 times, the last \d+s ago {2}alerts\.0\.startsAt: expected a time/);
  expect(out).toContain('3 rejected alerts since the first start');
  expect(out).not.toContain('\u001b');
  const lines = jsonLines((await runHere(desk.ask('alerts', 'rejected', '--json'))).out);
  expect(lines).toMatchObject([{ times: 3, problem: expect.stringContaining('startsAt') }]);
});

test.each([
  [['alerts', '--status', 'burning'], /error: option '--status <status>' argument 'burning' is invalid/],
  [['alerts', '--limit', '0'], /expected a whole number from 1 to 10000/],
  [['alerts', 'reject'], /error: too many arguments for 'alerts'/],
  [['alerts', 'rejected', '--status', 'firing'], /error: unknown option '--status'/],
  [
    ['alerts', '--server', 'not a url'],
    /error: expected the URL of a server, got "not a url"\n→ Give it with --server/,
  ],
])('%j is a wrong command line', async (argv, says) => {
  const { code, out, err } = await runHere(argv);
  expect([code, out]).toEqual([2, '']);
  expect(err).toMatch(says);
});

test('a server that is away, or is another one, is a sentence', async () => {
  const away = await cli(['alerts', '--server', 'http://127.0.0.1:1']);
  expect([away.code, away.out]).toEqual([69, '']);
  expect(away.err).toMatch(
    /^error: expected alertwright to answer at http:\/\/127\.0\.0\.1:1, got: .*\n→ Start it with/,
  );
  const other = createServer((_request, response) => response.end('{"alerts":"many"}')).listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const strange = await runHere(['alerts', '--server', `http://127.0.0.1:${port}`]);
  expect([strange.code, strange.out]).toEqual([69, '']);
  expect(strange.err).toMatch(
    /^error: expected alertwright's \/api\/v1\/alerts at .*, got: alerts: .*\n→ Check --server/,
  );
});
