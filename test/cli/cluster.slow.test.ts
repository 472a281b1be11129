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

test('a secured cluster asks for a token, which its kubeconfig has', async () => {
  const { child, exit } = startCli(['cluster', '--json', '--well', '--secure', '--scenario', 'rejected-setting']);
  const [line] = await once(createInterface(child.stdout), 'line');
  const { kubeconfig, url } = JSON.parse(line) as { kubeconfig: string; url: string };
  expect(url).toMatch(/^https:/);
  const kubectl = async (...args: string[]) => {
    const ended = await run('kubectl', ['--kubeconfig', kubeconfig, ...args], { timeout: 60_000 }).catch(
      (error: unknown) => error,
    );
    const { stdout, stderr } = ended as { stdout: string; stderr: string };
    return `${stdout}${stderr}`;
  };
  expect(await kubectl('auth', 'whoami')).toContain('system:masters');
  expect(await kubectl('get', 'pods', '--token', 'guess')).toContain('You must be logged in to the server');
  const token = (await kubectl('create', 'token', 'default')).trim();
  expect(await kubectl('get', 'pods', '--token', token)).toContain(
    'User "system:serviceaccount:shop:default" cannot list',
  );
  child.kill('SIGTERM');
  expect(await exit).toBe(0);
});
