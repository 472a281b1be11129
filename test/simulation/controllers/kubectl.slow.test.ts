import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createTestCluster } from '../cluster_in_test.ts';
import { brokenBuild, deploymentOf, webProgram } from '../shop.ts';

const run = promisify(execFile);

test('kubectl rolls out, undoes, restarts, scales and explains, while time runs', async () => {
  const cluster = await createTestCluster({ programs: [webProgram('cart'), brokenBuild('cart')] });
  const { url, close } = await cluster.listen();
  const kubectl = async (...args: string[]) =>
    (await run('kubectl', ['--server', url, '--namespace', 'default', ...args], { timeout: 60_000 })).stdout;
  try {
    await cluster.apply(deploymentOf('cart', 3));
    cluster.clock.setSpeed(50);
    cluster.clock.start();
    await kubectl('rollout', 'status', 'deployment/cart');
    await kubectl('set', 'image', 'deployment/cart', 'main=registry.example/shop/cart:broken');
    await cluster.clock.sleep(60_000);
    expect(await kubectl('get', 'pods')).toContain('CrashLoopBackOff');
    expect(await kubectl('logs', '--previous', await crashing(kubectl))).toBe('level=fatal msg="cannot start"\n');
    expect(await kubectl('describe', 'deployment', 'cart')).toContain('OldReplicaSets');

    await kubectl('rollout', 'undo', 'deployment/cart');
    expect(await kubectl('rollout', 'status', 'deployment/cart')).toContain('successfully rolled out');
    expect(await kubectl('rollout', 'history', 'deployment/cart')).toMatch(/\n2 .*\n3 /);
    expect(await kubectl('get', 'deployment', 'cart', '-o', 'jsonpath={..image}')).toBe('registry.example/shop/cart:1');

    await kubectl('rollout', 'restart', 'deployment/cart');
    expect(await kubectl('rollout', 'status', 'deployment/cart')).toContain('successfully rolled out');
    await kubectl('scale', 'deployment/cart', '--replicas', '5');
    expect(await kubectl('rollout', 'status', 'deployment/cart')).toContain('successfully rolled out');
    expect(await kubectl('get', 'deployment', 'cart', '-o', 'jsonpath={.status.availableReplicas}')).toBe('5');

    await kubectl('delete', 'deployment', 'cart', '--cascade=foreground');
    expect(await kubectl('get', 'pods,replicasets', '-o', 'name')).toBe('');
  } finally {
    cluster.stop();
    await close();
  }
});

async function crashing(kubectl: (...args: string[]) => Promise<string>): Promise<string> {
  const pods = await kubectl('get', 'pods', '--no-headers');
  return /^(\S+) .*CrashLoopBackOff/m.exec(pods)?.[1] ?? '';
}
