import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startCli } from './run_cli.ts';

const run = promisify(execFile);

test('kubectl looks around, mends and clears away, with the kubeconfig as it is written', async () => {
  const scenario = ['--scenario', 'rejected-setting', '--speed', '60'];
  const { child, exit } = startCli(['cluster', '--json', ...scenario]);
  const [line] = await once(createInterface(child.stdout), 'line');
  const { kubeconfig } = JSON.parse(line) as { kubeconfig: string };
  const kubectl = async (...args: string[]) =>
    (await run('kubectl', ['--kubeconfig', kubeconfig, ...args], { timeout: 60_000 })).stdout;

  await expect.poll(() => kubectl('get', 'pods'), { timeout: 60_000, interval: 500 }).toContain('CrashLoopBackOff');
  await kubectl('rollout', 'undo', 'deployment/checkout');
  expect(await kubectl('rollout', 'status', 'deployment/checkout')).toContain('successfully rolled out');

  await kubectl('delete', 'namespace', 'shop', '--timeout=50s');
  expect(await kubectl('get', 'namespaces', '-o', 'name')).not.toContain('namespace/shop');
  expect(await kubectl('get', 'all', '-n', 'shop', '-o', 'name')).toBe('');
  expect(await kubectl('get', 'deployments', '-n', 'reports', '-o', 'name')).toContain('report-builder');

  child.kill('SIGTERM');
  expect(await exit).toBe(0);
});
