import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, globSync, lstatSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../support/free_port.ts';
import { bringNode, buildImage, type Image, pathIn } from './build_image.ts';

const repository = resolve(import.meta.dirname, '../..');
let folder = '';
let image: Image;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'alertwright-image-'));
  chmodSync(folder, 0o755);
  image = buildImage(repository, folder);
  bringNode(image);
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command of the image as its user, who owns nothing of it but the data. */
function start(command: readonly string[], env: Record<string, string> = {}): ChildProcess {
  const [program = '', ...args] = command.map(word => (existsSync(join(image.root, word)) ? inside(word) : word));
  const temporary = mkdtempSync(join(tmpdir(), 'alertwright-image-tmp-'));
  chmodSync(temporary, 0o777);
  onTestFinished(() => rmSync(temporary, { recursive: true, force: true }));
  const [uid = 1000, gid = uid] = (image.user ?? '').split(':').map(Number);
  const child = spawn(program, args, {
    cwd: inside(image.workdir),
    env: { ...image.env, PATH: pathIn(image), TMPDIR: temporary, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(process.getuid?.() === 0 ? { uid, gid } : {}),
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

function inside(path: string): string {
  return path.startsWith('/') ? join(image.root, path) : path;
}

async function run(command: readonly string[], env?: Record<string, string>) {
  const child = start(command, env);
  const ended = once(child, 'close');
  const [out, err] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
  const [code] = await ended;
  return { code, out, err };
}

const alertwright = (...args: string[]) => [...image.entrypoint, ...args];

test('it answers --version, and plays the demo to its end', async () => {
  const { version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as { version: string };
  expect(await run(alertwright('--version'))).toEqual({ code: 0, out: `${version}\n`, err: '' });
  // It needs no folder for temporary files.
  const demo = await run(alertwright('demo', '--once'), { TMPDIR: inside('/app') });
  expect(demo.out).toContain('resolved');
  expect([demo.code, demo.err]).toEqual([0, '']);
});

test('as a user who may write nothing but its data it serves, is found healthy, and ends when it is told to', async () => {
  expect(image.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  if (process.getuid?.() !== 0) chmodSync(inside('/app'), 0o555);
  const url = `http://127.0.0.1:${await freePort()}`;
  const health = { HEALTH_URL: `${url}/healthz` };
  expect(image.healthcheck).toEqual(['node', '/app/image/healthcheck.js']);
  expect(await run(image.healthcheck!, health)).toMatchObject({
    code: 1,
    out: expect.stringContaining('ECONNREFUSED'),
  });

  const settings = { LISTEN: new URL(url).host, CLUSTER: 'embedded', MODEL: 'scripted' };
  const env = Object.fromEntries(Object.entries(settings).map(([key, value]) => [`ALERTWRIGHT_${key}`, value]));
  const serve = start(alertwright(...image.cmd), env);
  const ended = once(serve, 'close');
  await Promise.race([once(serve.stdout!, 'data'), ended]);
  expect(await run(image.healthcheck!, health)).toEqual({ code: 0, out: `${url}/healthz answers 200\n`, err: '' });
  expect(existsSync(inside('/var/lib/alertwright/.alertwright/alertwright.db'))).toBe(true);
  serve.kill('SIGTERM');
  expect((await ended)[0]).toBe(0);
});

test('the cluster in it is found healthy too', async () => {
  const address = `127.0.0.1:${await freePort()}`;
  const cluster = start(alertwright('cluster', '--listen', address));
  await once(cluster.stdout!, 'data');
  const health = { HEALTH_URL: `http://${address}/readyz` };
  expect(await run(image.healthcheck!, health)).toMatchObject({ code: 0, out: expect.stringContaining('answers 200') });
});

test('Node is in it once, no compiler and no test is, and it stays small', () => {
  const files = globSync('**/*', { cwd: inside('/app') }).map(path => ({
    path,
    ...sizeOf(join(inside('/app'), path)),
  }));
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  // It has more than 100 MB.
  expect(files.filter(({ size }) => size > 20e6)).toEqual([]);
  expect(files.filter(({ path }) => /^(src|test|node_modules\/(typescript|vitest))\//.test(path))).toEqual([]);
  expect(files.filter(({ path }) => /\.(map|d\.ts)$/.test(path))).toEqual([]);
  expect(bytes).toBeLessThan(80e6);
  expect(bytes).toBeGreaterThan(20e6);
});

function sizeOf(path: string): { size: number } {
  const { size } = lstatSync(path);
  return { size };
}
