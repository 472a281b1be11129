import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../../src/lib/clock.ts';
import { hashOf } from '../../../../src/lib/hash.ts';
import { selfSignedForLoopback } from '../../../../src/lib/self_signed.ts';
import { kubeconfigFor } from '../../../../src/simulation/kubeconfig.ts';
import { createTestCluster, nodeNamed } from '../../cluster_in_test.ts';
import { deploymentOf, webProgram } from '../../shop.ts';

const run = promisify(execFile);
const dayMs = 86_400_000;

/** A cluster that asks for tokens, over HTTPS, whose time runs fast; and kubectl as whoever holds a token. */
async function securedCluster() {
  const token = 'a-token-for-tests-only';
  const cluster = await createTestCluster({
    programs: [webProgram('cart')],
    nodes: [nodeNamed('one'), nodeNamed('two')],
    tokens: [
      { token, user: 'kubernetes-admin', groups: ['system:masters'] },
      { token: 'ann-token', user: 'ann', groups: ['readers'] },
    ],
  });
  const now = systemClock.now();
  const identity = selfSignedForLoopback({ from: now - dayMs, until: now + dayMs });
  const { url, close } = await cluster.listen({ identity });
  const folder = mkdtempSync(join(tmpdir(), 'alertwright-auth-'));
  onTestFinished(async () => {
    cluster.stop();
    rmSync(folder, { recursive: true });
    await close();
  });
  const kubeconfig = (of: string) => {
    const file = join(folder, hashOf(of));
    writeFileSync(file, kubeconfigFor(url, 'default', { ...identity, token: of }));
    return file;
  };
  const kubectlWith = (of: string) => {
    const file = kubeconfig(of);
    return async (...args: string[]): Promise<string> => {
      const options = { timeout: 60_000 };
      const ended = await run('kubectl', ['--kubeconfig', file, ...args], options).catch((error: unknown) => error);
      const { stdout, stderr } = ended as { stdout: string; stderr: string };
      return `${stdout}${stderr}`;
    };
  };
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  cluster.clock.setSpeed(50);
  cluster.clock.start();
  return { cluster, file, kubectl: kubectlWith(token), as: kubectlWith };
}

test('kubectl drains a node, waits for a budget, and cordons', async () => {
  const { cluster, kubectl } = await securedCluster();
  await cluster.apply(deploymentOf('cart', 2));
  await kubectl('rollout', 'status', 'deployment/cart');
  await kubectl('create', 'poddisruptionbudget', 'cart', '--selector=app=cart', '--min-available=2');
  const blocked = await kubectl('drain', 'one', 'two', '--ignore-daemonsets', '--timeout=7s');
  expect(blocked).toContain("Cannot evict pod as it would violate the pod's disruption budget.");
  expect(await kubectl('describe', 'pdb', 'cart')).toMatch(/Min available: +2[\s\S]*Allowed disruptions: +0/);
  await kubectl('uncordon', 'one', 'two');
  await kubectl('delete', 'pdb', 'cart');
  const drained = await kubectl('drain', 'one', '--ignore-daemonsets', '--timeout=60s');
  expect(drained).toContain('node/one drained');
  expect(await kubectl('get', 'nodes', 'one')).toContain('SchedulingDisabled');
});

test('kubectl says who one is and what one may, and is refused the rest', async () => {
  const { kubectl, as } = await securedCluster();
  const ann = as('ann-token');
  expect(await kubectl('auth', 'whoami')).toMatch(
    /Username +kubernetes-admin\nGroups +\[system:masters system:authenticated\]/,
  );
  expect(await ann('auth', 'whoami')).toMatch(/Username +ann\n/);
  expect(await as('wrong')('get', 'pods')).toContain('You must be logged in to the server');
  expect(await ann('get', 'pods')).toContain(
    'Error from server (Forbidden): pods is forbidden: User "ann" cannot list resource "pods" in API group "" in the namespace "default"',
  );
  expect(await ann('auth', 'can-i', 'list', 'pods')).toMatch(/^no\n/);
  expect(await kubectl('auth', 'can-i', 'list', 'pods', '--as', 'ann')).toMatch(/^no\n/);
  await kubectl('create', 'rolebinding', 'readers', '--clusterrole=view', '--group=readers');
  expect(await ann('auth', 'can-i', 'list', 'pods')).toBe('yes\n');
  expect(await ann('auth', 'can-i', '--list')).toMatch(/pods +\[\] +\[\] +\[get list watch\]/);
  expect(await ann('get', 'pods')).toContain('No resources found');
  expect(await kubectl('describe', 'rolebinding', 'readers')).toMatch(/Group +readers/);

  await kubectl('create', 'serviceaccount', 'robot');
  const token = (await kubectl('create', 'token', 'robot')).trim();
  expect(token.split('.')).toHaveLength(3);
  const robot = as(token);
  expect(await robot('auth', 'whoami')).toContain('system:serviceaccount:default:robot');
  expect(await robot('get', 'pods')).toContain('User "system:serviceaccount:default:robot" cannot list');
});

test('kubectl shows quotas and limits, and what they refuse', async () => {
  const { kubectl, file } = await securedCluster();
  await kubectl('create', 'quota', 'ration', '--hard=pods=1,requests.cpu=500m');
  const limits = `apiVersion: v1
kind: LimitRange
metadata: { name: bounds }
spec: { limits: [{ type: Container, defaultRequest: { cpu: 100m }, max: { memory: 1Gi } }] }
`;
  await kubectl('apply', '-f', file('limits.yaml', limits));
  await expect.poll(() => kubectl('get', 'quota'), { timeout: 10_000 }).toMatch(/pods: 0\/1, requests.cpu: 0\/500m/);
  expect(await kubectl('describe', 'limitrange', 'bounds')).toMatch(/Container +memory +- +1Gi +1Gi +1Gi/);
  await kubectl('run', 'one', '--image=registry.example/shop/cart:1');
  expect(await kubectl('run', 'two', '--image=registry.example/shop/cart:1')).toContain(
    'exceeded quota: ration, requested: pods=1, used: pods=1, limited: pods=1',
  );
  expect(await kubectl('describe', 'quota', 'ration')).toMatch(/pods +1 +1\nrequests.cpu +100m +500m/);
});
