import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { silentLog } from '../../../src/lib/log.ts';
import { connectTools } from '../../../src/tools/connect.ts';
import { openExternalServer } from '../../../src/tools/external/open.ts';
import type { ProgramPlace } from '../../../src/tools/external/settings.ts';
import { createWorld, namespace } from '../kubernetes/world.ts';
import { handClock, settingsFor, somePins } from './fakes.ts';

async function registryFor(behaviour: string, more: Partial<ProgramPlace> = {}) {
  const args = [join(import.meta.dirname, 'stdio_server.ts'), behaviour];
  const at = { command: process.execPath, args, env: {}, envFiles: {}, ...more };
  const clock = handClock();
  const settings = settingsFor({ at, timeoutMs: 3_000 });
  const server = openExternalServer(settings, { pins: somePins(), clock, log: silentLog });
  const cluster = createWorld([namespace('shop')]);
  const registry = await connectTools({ clusterFor: () => cluster, clock, log: silentLog, external: [server] });
  onTestFinished(() => registry.close());
  return { registry, clock, call: (name: string) => registry.call(`other_${name}`, {}) };
}

const saidIn = (text: string) => text.split('\n')[1] ?? '';
const pidIn = (text: string) => Number(saidIn(text).split(' ')[0]);
const isAlive = (pid: number) => existsSync(`/proc/${pid}`);

function fileWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'alertwright-stdio-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'value'), text);
  return join(folder, 'value');
}

test('a program gets what is configured, PATH and HOME, and nothing else of our environment', async () => {
  const env = { GREETING: 'hello' };
  const { call } = await registryFor('well', { env, envFiles: { TOLD: fileWith('from-a-file\n') } });
  expect(saidIn((await call('look')).text)).toMatch(/^\d+ hello from-a-file$/);
  const names = saidIn((await call('names_of_all')).text).split(' ');
  expect(names.filter(name => !['GREETING', 'TOLD', 'HOME', 'PATH'].includes(name))).toEqual([]);
});

test('one that dies is started again, and what was asked is asked once more', async () => {
  const { call } = await registryFor('well');
  const first = pidIn((await call('look')).text);
  expect(await call('die')).toMatchObject({ isError: true });
  const second = await call('look');
  expect(second.isError).toBe(false);
  expect(pidIn(second.text)).not.toBe(first);
  expect(isAlive(first)).toBe(false);
});

test('a line without end is cut off with its program, and costs the others nothing', async () => {
  const { call } = await registryFor('well');
  const [flood, look] = await Promise.all([call('flood'), call('look')]);
  expect(flood).toMatchObject({ isError: true });
  expect(look).toMatchObject({ isError: false });
  expect(await call('look')).toMatchObject({ isError: false });
});

test.each([
  ['noise', false, 'said all the same'],
  ['hang', true, 'gave no answer in time'],
  ['chatter', true, 'failed'],
])('%s is survived', async (name, isError, says) => {
  const { call } = await registryFor('well');
  expect(await call(name)).toMatchObject({ isError, text: expect.stringContaining(says) });
  expect(await call('look')).toMatchObject({ isError: false });
});

test('one that complains without end is heard out', async () => {
  const { call } = await registryFor('complains');
  expect(await call('look')).toMatchObject({ isError: false });
});

test.each([
  ['dies', {}],
  ['well', { command: '/there/is/no/such/program' }],
])('one that does not start is away, with the reason (%s)', async (behaviour, more) => {
  const { registry } = await registryFor(behaviour, more);
  const [, away] = registry.desk.list();
  expect(away).toMatchObject({ name: 'other', problem: expect.stringMatching(/\w+/), tools: [] });
});

test('it ends with us', async () => {
  const { call, registry } = await registryFor('well');
  const pid = pidIn((await call('look')).text);
  expect(isAlive(pid)).toBe(true);
  await registry.close();
  await expect.poll(() => isAlive(pid)).toBe(false);
});
