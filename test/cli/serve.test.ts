import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { listen } from '../../src/server/listen.ts';
import { entranceOf } from '../server/entrance_of.ts';
import { askingIncident, bench, webhookBody } from '../server/support.ts';
import { cli, startCli } from './run_cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'alertwright-serve-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const tryout = { ALERTWRIGHT_CLUSTER: 'embedded', ALERTWRIGHT_MODEL: 'scripted', ALERTWRIGHT_LISTEN: '127.0.0.1:0' };

function dataDir(): string {
  return mkdtempSync(join(folder, 'data-'));
}

test('it takes alerts, says loudly what is make-believe, and ends on SIGTERM', async () => {
  const env = { ...tryout, ALERTWRIGHT_DATA_DIR: dataDir() };
  const { child, exit } = startCli(['serve'], { env });
  const err = text(child.stderr);
  const [introduction] = (await once(child.stdout, 'data')) as [Buffer];
  const url = /listens on (\S+)/.exec(introduction.toString())?.[1];
  expect(await (await fetch(`${url}/readyz`)).json()).toEqual({
    status: 'ready',
    checks: { store: 'ok', cluster: 'ok' },
  });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/webhook`, { method: 'POST', headers, body: JSON.stringify(webhookBody('a-1')) });
  expect(answer.status).toBe(200);
  child.kill('SIGTERM');
  expect(await exit).toBe(0);
  expect(await err).toMatch(
    /!!! WARNING cluster: embedded.*NO REAL CLUSTER[\s\S]*!!! WARNING model: scripted.*NO LANGUAGE/,
  );
});

test('a busy port is a sentence', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void holder.close());
  await once(holder, 'listening');
  const { port } = holder.address() as { port: number };
  const env = { ...tryout, ALERTWRIGHT_DATA_DIR: dataDir() };
  const { code, err } = await cli(['serve', '--listen', `127.0.0.1:${port}`], { env });
  expect(code).toBe(69);
  expect(err).toContain(`error: port ${port} on 127.0.0.1 is in use by another program\n→ Stop it, or set listen`);
});

test('a data directory that can not be is a sentence', async () => {
  const file = join(folder, 'a-file');
  writeFileSync(file, '');
  const { code, err } = await cli(['serve'], { env: { ...tryout, ALERTWRIGHT_DATA_DIR: join(file, 'data') } });
  expect(code).toBe(73);
  expect(err).toMatch(/^error: expected to create the data directory .*a-file\/data, got: .*\n→ Set dataDir .*\n$/);
});

test.each([
  ['cluster: [embedded\n', /:2:1: expected YAML, got: /],
  ['cluster: embedded\nlissten: 127.0.0.1:0\n', /:2:1: unknown key "lissten"; did you mean "listen"\?/],
  ['cluster: in-cluster\nmodel: scripted\n', /cluster: in-cluster expects a service account/],
  ['cluster: { kubeconfig: /nowhere/kubeconfig }\nmodel: scripted\n', /expected a kubeconfig in \/nowhere\/kubeconfig/],
])('the configuration %j is refused in one sentence', async (yaml, says) => {
  const file = join(mkdtempSync(join(folder, 'config-')), 'alertwright.yaml');
  writeFileSync(file, yaml);
  const { code, out, err } = await cli(['serve', '--config', file], { env: { ALERTWRIGHT_DATA_DIR: dataDir() } });
  expect([code, out]).toEqual([78, '']);
  expect(err).toMatch(says);
  expect(err.split('\n').filter(line => line.startsWith('error: '))).toHaveLength(1);
});

test('approve and reject tell a running server, with its token', async () => {
  const entrance = entranceOf({ auth: { token: 's3cret' } });
  const desk = bench({ entrance });
  const server = await listen(desk.server, { host: '127.0.0.1', port: 0 }, entrance.access);
  const { id, plan } = await askingIncident(desk, 's3cret');
  const env = { ALERTWRIGHT_AUTH_TOKEN: 's3cret' };
  const say = (verb: string, hash: string, more: object = { env }) =>
    cli([verb, id, '--plan', hash, '--by', 'ada', '--reason', 'read it', '--server', server], more);

  expect(await say('approve', plan)).toEqual({ code: 0, out: `approved: plan ${plan} of ${id}, by ada\n`, err: '' });
  expect(desk.answers).toEqual([
    { incident: id, answer: { planHash: plan, approve: true, by: 'ada', reason: 'read it' } },
  ]);
  expect((await say('reject', 'other')).err).toContain(`asks about plan ${plan}, not about other`);
  expect((await say('approve', plan, {})).err).toContain('ALERTWRIGHT_AUTH_TOKEN_FILE');
});

test('a server that is not there is a sentence', async () => {
  const { code, err } = await cli(['approve', 'inc-1', '--plan', 'p', '--server', 'http://127.0.0.1:1']);
  expect(code).toBe(69);
  expect(err).toMatch(/^error: expected alertwright to answer at http:\/\/127\.0\.0\.1:1, got: .*\n→ Start it with/);
});
