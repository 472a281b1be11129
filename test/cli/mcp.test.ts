import { existsSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client, StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { expect, onTestFinished, test } from 'vitest';
import { tools } from '../../src/tools/kubernetes/tools.ts';
import { startCli } from './run_cli.ts';

const root = resolve(import.meta.dirname, '../..');

type Mode = 'auto' | 'legacy';

async function clientOn(transport: Transport, mode: Mode): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
  await client.connect(transport);
  onTestFinished(() => client.close());
  return client;
}

function overStdio(...args: string[]): StdioClientTransport {
  const command = [join(root, 'src/alertwright.js'), 'mcp', '--stdio', ...args];
  return new StdioClientTransport({ command: process.execPath, args: command, stderr: 'ignore' });
}

/** A server over HTTP, and where it is. */
async function overHttp(...args: string[]): Promise<string> {
  const { child } = startCli(['mcp', '--http', '127.0.0.1:0', '--embedded', ...args]);
  const line = await new Promise<string>((told, failed) => {
    let out = '';
    child.stdout.on('data', chunk => {
      out += String(chunk);
      if (out.includes('\n')) told(out);
    });
    child.once('close', code => failed(new Error(`it ended with ${code}`)));
  });
  return /http:\/\/\S+\/mcp/.exec(line)![0];
}

async function everyToolAnswers(client: Client): Promise<void> {
  const listed = (await client.listTools()).tools;
  const names = listed.map(({ name }) => name);
  const usual = tools.filter(({ needs }) => needs === undefined).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(usual));
  expect(listed.filter(({ annotations }) => annotations?.readOnlyHint !== true)).toEqual([]);
  const all = { namespace: 'shop', name: 'storefront', kind: 'Deployment', service: 'storefront', node: 'worker-1' };
  const own: Record<string, Record<string, unknown>> = { read_more: { id: 'r00000' } };
  for (const { name, inputSchema } of listed) {
    const known = Object.keys(inputSchema.properties ?? {});
    const given = own[name] ?? Object.fromEntries(Object.entries(all).filter(([key]) => known.includes(key)));
    const { content } = await client.callTool({ name, arguments: given });
    const text = (content as { text: string }[]).map(part => part.text).join('');
    expect.soft(text.length, name).toBeGreaterThan(10);
    expect.soft(text, name).not.toContain('failed for a reason of its own');
  }
}

test.each<[Mode, string]>([
  ['auto', '2026-07-28'],
  ['legacy', '2025-11-25'],
])(
  'over stdio every tool answers (%s)',
  async (mode, protocol) => {
    const client = await clientOn(overStdio('--embedded'), mode);
    expect(client.getNegotiatedProtocolVersion()).toBe(protocol);
    await everyToolAnswers(client);
  },
  60_000,
);

test('over HTTP every tool answers, in both eras', async () => {
  const url = new URL(await overHttp('--scenario', 'rejected-setting'));
  for (const mode of ['auto', 'legacy'] as const)
    await everyToolAnswers(await clientOn(new StreamableHTTPClientTransport(url), mode));
}, 60_000);

test('with a Prometheus it can be queried, and one with a password in its URL is refused', async () => {
  const client = await clientOn(overStdio('--embedded', '--prometheus', 'http://127.0.0.1:1'), 'auto');
  const { content } = await client.callTool({ name: 'query_prometheus', arguments: { query: 'up' } });
  expect(JSON.stringify(content)).toContain('No answer: the Prometheus at http://127.0.0.1:1');
  const { child } = startCli(['mcp', '--stdio', '--embedded', '--prometheus', 'http://me:hunter2@127.0.0.1:1']);
  expect(await new Promise(ended => child.once('close', ended))).not.toBe(0);
}, 30_000);

test('on stdout stands nothing but messages, and it ends when its input does', async () => {
  const transport = overStdio('--embedded');
  const strays: Error[] = [];
  const client = await clientOn(transport, 'legacy');
  client.onerror = error => strays.push(error);
  const pid = transport.pid!;
  await client.listTools();
  await client.close();
  expect(strays).toEqual([]);
  await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false);
}, 60_000);

/** A request as it leaves this machine, with headers that fetch would not let us set. */
function raw(url: string, headers: Record<string, string>): Promise<number> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
  const accept = 'application/json, text/event-stream';
  return new Promise((done, failed) => {
    const asking = request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept, ...headers },
    });
    asking.once('response', answer => {
      answer.resume();
      done(answer.statusCode ?? 0);
    });
    asking.once('error', failed);
    asking.end(body);
  });
}

test('web pages of elsewhere are turned away, and so is everybody without the token where there is one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'alertwright-mcp-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'token');
  writeFileSync(file, 'a-token-for-tests-only\n');
  const open = await overHttp();
  expect(await raw(open, {})).toBe(200);
  expect(await raw(open, { host: 'evil.example' })).toBe(403);
  expect(await raw(open, { origin: 'https://evil.example' })).toBe(403);
  expect(await raw(open, { origin: 'http://localhost:3000' })).toBe(200);
  const closed = await overHttp('--token-file', file);
  expect(await raw(closed, {})).toBe(401);
  expect(await raw(closed, { authorization: 'Bearer wrong' })).toBe(401);
  expect(await raw(closed, { authorization: 'Bearer a-token-for-tests-only' })).toBe(200);
}, 60_000);

test.each([
  [['mcp'], 'expected --stdio or --http'],
  [['mcp', '--stdio', '--http'], 'expected --stdio or --http'],
  [['mcp', '--http', '0.0.0.0:0', '--embedded'], 'without a token'],
  [['mcp', '--http', 'nonsense'], 'expected host:port'],
])(
  '%j is refused',
  async (args, says) => {
    const { child, exit } = startCli(args);
    let err = '';
    child.stderr.on('data', chunk => {
      err += String(chunk);
    });
    expect(await exit).not.toBe(0);
    expect(err).toContain(says);
  },
  30_000,
);
