import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import type { Deployment, Pod } from '../../../../src/kubernetes/objects.ts';
import { kubeconfigFor } from '../../../../src/simulation/kubeconfig.ts';
import { deployment, node, pod, testServer } from '../fixtures.ts';

const run = promisify(execFile);

async function kubectlOnServer() {
  const { server, client } = testServer();
  const { url, close } = await server.listen();
  const folder = mkdtempSync(join(tmpdir(), 'alertwright-types-'));
  onTestFinished(async () => {
    rmSync(folder, { recursive: true });
    await close();
  });
  const config = join(folder, 'config');
  writeFileSync(config, kubeconfigFor(url, 'default'));
  // A HOME of its own: kubectl keeps what it discovers there, by the server's address.
  const options = { timeout: 60_000, env: { ...process.env, HOME: folder, KUBECONFIG: config } };
  const kubectl = async (...args: string[]): Promise<string> => {
    const ended = await run('kubectl', args, options).catch((error: unknown) => error);
    const { stdout, stderr } = ended as { stdout: string; stderr: string };
    return `${stdout}${stderr}`;
  };
  const file = (object: object): string => {
    const path = join(folder, 'object.json');
    writeFileSync(path, JSON.stringify(object));
    return path;
  };
  return { client, kubectl, file };
}

test('kubectl creates what it sends in protobuf', { timeout: 60_000 }, async () => {
  const { client, kubectl } = await kubectlOnServer();
  expect(await kubectl('create', 'namespace', 'shop')).toBe('namespace/shop created\n');
  expect(await kubectl('create', 'configmap', 'settings', '--from-literal=a=1')).toBe('configmap/settings created\n');
  expect(await kubectl('create', 'deployment', 'web', '--image=web:1', '--replicas=2', '--port=80')).toMatch(/created/);
  expect(await kubectl('create', 'job', 'once', '--image=tool:1', '--', 'tool', '--now')).toMatch(/created/);
  expect(await kubectl('create', 'cronjob', 'nightly', '--image=tool:1', '--schedule=0 3 * * *')).toMatch(/created/);
  expect(await kubectl('create', 'quota', 'small', '--hard=cpu=1500m,memory=1024Mi')).toMatch(/created/);
  expect(await kubectl('create', 'pdb', 'one', '--selector=app=web', '--min-available=50%')).toMatch(/created/);
  expect(await kubectl('create', 'ingress', 'front', '--rule=shop.example/*=web:80')).toMatch(/created/);
  expect(await client.get('configmaps', 'settings', 'default')).toMatchObject({ data: { a: '1' } });
  expect(await client.get('deployments.apps', 'web', 'default')).toMatchObject({
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: { spec: { containers: [{ name: 'web', image: 'web:1', ports: [{ containerPort: 80 }] }] } },
    },
  });
  expect(await client.get('jobs.batch', 'once', 'default')).toMatchObject({
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ command: ['tool', '--now'] }] } } },
  });
  expect(await client.get('resourcequotas', 'small', 'default')).toMatchObject({
    spec: { hard: { cpu: '1500m', memory: '1Gi' } },
  });
  expect(await client.get('poddisruptionbudgets.policy', 'one', 'default')).toMatchObject({
    spec: { minAvailable: '50%' },
  });
});

test('kubectl drains a node by evicting its pods', { timeout: 60_000 }, async () => {
  const { client, kubectl } = await kubectlOnServer();
  await client.create('nodes', node('n1'));
  const made = await client.create<Pod>('pods', pod('lonely'));
  await client.bind(made, 'n1');
  const drained = await kubectl('drain', 'n1', '--force', '--grace-period=0', '--timeout=20s');
  expect(drained).toMatch(/pod\/lonely evicted/);
  expect(drained).toMatch(/node\/n1 drained/);
  expect(await client.get('pods', 'lonely', 'default')).toBeUndefined();
});

test('kubectl explains every type from what the server publishes', { timeout: 60_000 }, async () => {
  const { kubectl } = await kubectlOnServer();
  expect(await kubectl('explain', 'deployment.spec.strategy')).toMatch(/FIELD: strategy <DeploymentStrategy>/);
  expect(await kubectl('explain', 'pods.spec.containers.resources.limits')).toMatch(/<map\[string\]Quantity>/);
  expect(await kubectl('explain', 'service.spec.ports.targetPort')).toMatch(/<IntOrString>/);
  const pods = await kubectl('explain', 'pod', '--recursive');
  expect(pods).toMatch(/^ {6}topologyKey\t<string> -required-$/m);
  for (const kind of ['cronjobs', 'hpa', 'networkpolicies', 'roles', 'leases', 'storageclasses']) {
    expect(await kubectl('explain', kind)).toMatch(/^FIELDS:$/m);
  }
});

test('kubectl applies, validates and replaces by the types', { timeout: 60_000 }, async () => {
  const { client, kubectl, file } = await kubectlOnServer();
  const web = deployment('web');
  expect(await kubectl('apply', '-f', file(web))).toMatch(/web created/);
  expect(await kubectl('apply', '-f', file(web))).toMatch(/web unchanged/);
  const changed: Deployment = { ...web, spec: { ...web.spec, replicas: 5 } };
  expect(await kubectl('apply', '-f', file(changed), '--dry-run=server')).toMatch(/web configured \(server dry run\)/);
  expect(await kubectl('apply', '-f', file(changed))).toMatch(/web configured/);
  expect(await kubectl('apply', '-f', file(web), '--server-side', '--force-conflicts')).toMatch(/serverside-applied/);
  expect(await client.get('deployments.apps', 'web', 'default')).toMatchObject({ spec: { replicas: 2 } });
  const other = deployment('other');
  const surplus = file({ ...other, spec: { ...other.spec, replica: 3 } });
  const refusal = /strict decoding error: unknown field "spec.replica"/;
  expect(await kubectl('create', '-f', surplus, '--validate=strict')).toMatch(refusal);
  expect(await kubectl('apply', '-f', surplus)).toMatch(refusal);
  expect(await client.get('deployments.apps', 'other', 'default')).toBeUndefined();
  expect(await kubectl('create', '-f', surplus, '--validate=warn')).toMatch(/Warning: unknown field "spec.replica"/);
  const container = '{"spec":{"template":{"spec":{"containers":[{"name":"app","env":[{"name":"A","value":"1"}]}]}}}}';
  expect(await kubectl('patch', 'deployment', 'web', '-p', container)).toMatch(/patched/);
  expect(await client.get('deployments.apps', 'web', 'default')).toMatchObject({
    spec: { template: { spec: { containers: [{ name: 'app', env: [{ name: 'A', value: '1' }] }] } } },
  });
});
