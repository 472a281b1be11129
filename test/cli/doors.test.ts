import { once } from 'node:events';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { folderOfTest, newCertificate } from '../server/entrance_of.ts';
import { cli, startCli } from './run_cli.ts';

/** The command line with a configuration in a file. */
function configured(config: object) {
  const { put, path } = folderOfTest();
  const tryout = { cluster: 'embedded', model: 'scripted', listen: '127.0.0.1:0', dataDir: path };
  const file = put('alertwright.yaml', stringify({ ...tryout, ...config }));
  return { file, put };
}

/** Starts `serve`, and says where it listens and all it has said so far. */
async function served(file: string) {
  const { child } = startCli(['serve', '--config', file]);
  let err = '';
  child.stderr.on('data', chunk => {
    err += chunk;
  });
  const [introduction] = (await once(child.stdout, 'data')) as [Buffer];
  return { url: /listens on (\S+)/.exec(introduction.toString())![1]!, err: () => err };
}

test('whoever lets everybody in is told so at the start', async () => {
  const { file } = configured({ listen: '0.0.0.0:0', auth: { anonymous: true } });
  const { url, err } = await served(file);
  await expect
    .poll(err)
    .toMatch(/!!! WARNING auth\.anonymous .* WHOEVER REACHES 0\.0\.0\.0:0 CAN READ .* APPROVE PLANS/);
  expect((await fetch(`http://localhost:${new URL(url).port}/api/v1/incidents`)).status).toBe(200);
});

test('beyond loopback without anything to show it does not start', async () => {
  const { file } = configured({ listen: '0.0.0.0:0' });
  const { code, err } = await cli(['serve', '--config', file]);
  expect(code).toBe(78);
  expect(err).toMatch(
    /^error: listening on 0\.0\.0\.0 without a token would let anyone approve\n→ Set auth\.tokenFile/m,
  );
});

test('with TLS, client certificates and users, the command line finds its way in', async () => {
  const { put } = folderOfTest();
  const { certificate, key } = newCertificate();
  const certFile = put('tls.crt', certificate);
  const tls = { certFile, keyFile: put('tls.key', key), clientCaFile: certFile };
  const auth = { users: [{ name: 'ada', passwordFile: put('password', 's3cret') }] };
  const { file } = configured({ tls, auth });
  const { url, err } = await served(file);
  expect(url).toMatch(/^https:/);
  const answered = await cli(['approve', 'inc-none', '--plan', 'p', '--config', file, '--server', url]);
  expect(answered.err).toContain('there is no incident inc-none');
  expect(err() + answered.err).not.toContain('s3cret');
});

test.each([
  [
    { auth: { tokenFile: '/nowhere/token' } },
    'expected the file of auth.tokenFile at /nowhere/token, got: no such file',
  ],
  [{ auth: { webhook: { token: 'tr0ub4dor' } } }, 'auth.webhook is for those who only deliver alerts'],
  [{ auth: { anonymous: true, tokens: ['tr0ub4dor'] } }, 'auth.anonymous lets everybody in'],
  [{ tls: { certFile: '/nowhere/crt', keyFile: '/nowhere/key' } }, 'expected the file of tls.certFile at /nowhere/crt'],
])('config check refuses %j with a remedy, and shows no secret', async (config, says) => {
  const { file } = configured(config);
  const { code, out, err } = await cli(['config', 'check', file]);
  expect([code, out]).toEqual([78, '']);
  expect(err).toContain(`error: ${says}`);
  expect(err).toContain('\n→ ');
  expect(err).not.toContain('tr0ub4dor');
});
