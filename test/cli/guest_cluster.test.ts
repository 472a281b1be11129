import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { exitCodes } from '../../src/lib/errors.ts';
import { cli } from './run_cli.ts';

function kubeconfigFor(server: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'alertwright-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'kubeconfig');
  const name = 'elsewhere';
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name, user: { token: 'none' } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
  writeFileSync(file, stringify(config));
  return file;
}

test('plays on no API server of another machine, unless that one is named', async () => {
  const hosts = ['cluster.example', '127.0.0.1.example'];
  const refused = async (hostname: string) => {
    const on = ['cluster', '--on', kubeconfigFor(`https://${hostname}:6443`)];
    const { code, out, err } = await cli([...on, '--really', 'another.example']);
    expect({ code, out }).toEqual({ code: exitCodes.usage, out: '' });
    expect(err).toContain(`expected an API server on this machine, got ${hostname}`);
    expect(err).toContain(`add --really ${hostname}`);
  };
  await Promise.all(hosts.map(refused));
});
