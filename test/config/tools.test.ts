import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { settingsFrom } from '../../src/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'alertwright-config-tools-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Servers, each as the lines of its mapping. */
function load(...servers: string[]) {
  const items = servers.map(lines => `    - ${lines.split('\n').join('\n      ')}`);
  const file = join(folder, 'alertwright.yaml');
  writeFileSync(file, `tools:\n  servers:\n${items.join('\n')}\n`);
  return loadConfig({ file, env: {} });
}

const remote = 'name: k8s\nurl: http://mcp.tools:8080/mcp\nallow: [pods_list]';

test('a server has all that it needs once it has a name, a place and what may be offered', () => {
  expect(settingsFrom(load(remote), ':memory:').toolServers).toEqual([
    {
      name: 'k8s',
      at: { url: 'http://mcp.tools:8080/mcp', tokenFile: undefined },
      allow: ['pods_list'],
      deny: [],
      prefix: 'k8s',
      timeoutMs: 15_000,
      perSecond: 10,
      lifetimeMs: 10_000,
    },
  ]);
  const program = 'name: own\ncommand: my-server\nargs: [--stdio]\nenv: {LANG: C}\nallow: ["*"]\nprefix: mine';
  expect(settingsFrom(load(program), ':memory:').toolServers).toMatchObject([
    { at: { command: 'my-server', args: ['--stdio'], env: { LANG: 'C' }, envFiles: {} }, prefix: 'mine' },
  ]);
});

test.each([
  [['name: k8s\nallow: ["*"]'], 'a url or a command'],
  [[`${remote}\ncommand: x`], 'a url or a command'],
  [['name: k8s\ncommand: x\ntokenFile: t\nallow: ["*"]'], 'a url beside tokenFile'],
  [['name: k8s\ncommand: x\nenv: {API_KEY: hunter2}\nallow: ["*"]'], 'no secrets in env'],
  [['name: k8s\nurl: http://ada:hunter2@mcp/mcp\nallow: ["*"]'], 'a URL without user and password'],
  [['name: K 8\ncommand: x\nallow: ["*"]'], 'a name of at most 31 small letters'],
  [['name: k8s\ncommand: x\nallow: []'], 'at least 1'],
  [[remote, remote], 'servers with names of their own'],
  [[remote, 'name: other\nprefix: k8s\ncommand: x\nallow: ["*"]'], 'servers with prefixes of their own'],
  [[`${remote}\nalow: x`], 'did you mean "allow"'],
])('%j is refused', (servers, says) => {
  expect(() => load(...servers)).toThrow(says);
  expect(() => load(...servers)).not.toThrow('hunter2');
});
