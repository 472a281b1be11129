import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Misbehaving, startMisbehaving, tool } from '../tools/external/misbehaving.ts';
import { cli, startCli } from './run_cli.ts';

/** A configuration that names the server, with a token for each of the two. */
function configFor({ url }: Misbehaving): { config: string; env: Record<string, string> } {
  const folder = mkdtempSync(join(tmpdir(), 'alertwright-tools-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const config = file(
    'alertwright.yaml',
    `cluster: embedded
model: scripted
listen: 127.0.0.1:0
dataDir: ${join(folder, 'data')}
auth:
  tokenFile: ${file('full', 'may-do-everything\n')}
  webhook:
    tokenFile: ${file('less', 'may-only-deliver\n')}
tools:
  servers:
    - name: other
      url: ${url}
      tokenFile: ${file('theirs', 'a-token-for-tests-only\n')}
      allow: ['look', 'well']
`,
  );
  return { config, env: { ALERTWRIGHT_CONFIG: config } };
}

async function serving(env: Record<string, string>) {
  const { child, exit } = startCli(['serve'], { env });
  const [introduction] = (await once(child.stdout, 'data')) as [Buffer];
  const url = /listens on (\S+)/.exec(introduction.toString())![1]!;
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      await exit;
    },
  };
}

test('a tool that has changed while we were away is withdrawn, shown, and offered again when somebody agrees', async () => {
  const server = await startMisbehaving([tool('look'), tool('well'), tool('other_one')]);
  const { env } = configFor(server);
  const first = await serving(env);
  const before = await cli(['tools', '--server', first.url], { env });
  expect(before.out).toMatch(/^built-in +get_pod_status +offered +get_pod_status$/m);
  expect(before.out).toMatch(/^other +look +offered +other_look$/m);
  expect(before.out).toMatch(/^other +other_one +withheld +allow of the configuration does not name it$/m);
  expect(server.shown[0]).toBe('Bearer a-token-for-tests-only');
  await first.stop();

  server.tools = [tool('look', { description: 'Looks elsewhere.' }), tool('well')];
  const second = await serving(env);
  const after = await cli(['tools', '--server', second.url], { env });
  expect(after.out).toMatch(/^other +look +changed +it describes itself in another way/m);
  const [, hash = ''] = /agree: alertwright tools confirm other look --hash (\w+)/.exec(after.out)!;
  expect(after.out).toContain('other look says now: Looks elsewhere.');

  const wrong = await cli(['tools', 'confirm', 'other', 'look', '--hash', 'abc', '--server', second.url], { env });
  expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining(`expected the hash ${hash}`) });
  const args = ['tools', 'confirm', 'other', 'look', '--hash', hash, '--by', 'ada', '--server', second.url];
  expect(await cli(args, { env })).toMatchObject({ code: 0, out: `confirmed: look of other as ${hash}, by ada\n` });
  const { out } = await cli(['tools', '--json', '--server', second.url], { env });
  expect(JSON.parse(out)[1]).toMatchObject({ name: 'other', tools: [{ name: 'look', state: 'offered' }, {}] });

  const url = `${second.url}/api/v1/tools/confirmation`;
  const headers = { 'content-type': 'application/json', authorization: 'Bearer may-only-deliver' };
  const body = JSON.stringify({ server: 'other', tool: 'look', hash, by: 'eve' });
  expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(403);
}, 60_000);
