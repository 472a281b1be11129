import { expect, test } from 'vitest';
import type { Namespace } from '../../../../src/kubernetes/objects.ts';
import { deployment, testServer } from '../fixtures.ts';
import { serve } from '../http_fixture.ts';

async function held(labels: Record<string, string>) {
  const { server, client } = testServer();
  const keyed = Object.fromEntries(
    Object.entries(labels).map(([mode, level]) => [`pod-security.kubernetes.io/${mode}`, level]),
  );
  await client.create<Namespace>('namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'safe', labels: keyed },
  });
  const { url, send } = await serve(server);
  const post = async (path: string, object: object) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(object) });
    const body = (await response.json()) as { message?: string };
    return { code: response.status, message: body.message, warning: response.headers.get('warning') };
  };
  return { client, send, post };
}

const pods = '/api/v1/namespaces/safe/pods';

/** It does whatever one should not. A real server was asked what it says to it. */
const unsafe = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a' },
  spec: {
    hostPID: true,
    volumes: [{ name: 'v', hostPath: { path: '/' } }],
    securityContext: { runAsUser: 0, sysctls: [{ name: 'kernel.msgmax', value: '1' }], seLinuxOptions: { type: 'x' } },
    containers: [
      {
        name: 'c',
        image: 'x',
        ports: [{ containerPort: 1, hostPort: 1 }],
        livenessProbe: { httpGet: { host: 'a', port: 1 } },
        securityContext: {
          privileged: true,
          capabilities: { add: ['SYS_ADMIN'] },
          seccompProfile: { type: 'Unconfined' },
        },
      },
    ],
  },
};

const restricted =
  'pods "a" is forbidden: violates PodSecurity "restricted:latest": host namespaces (hostPID=true), hostPort (container "c" uses hostPort 1), probe or lifecycle host (container "c" uses probe or lifecycle host "a"), privileged (container "c" must not set securityContext.privileged=true), seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "x"), forbidden sysctls (kernel.msgmax), allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]; container "c" must not include "SYS_ADMIN" in securityContext.capabilities.add), restricted volume types (volume "v" uses restricted volume type "hostPath"), runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), runAsUser=0 (pod must not set runAsUser=0), seccompProfile (container "c" must not set securityContext.seccompProfile.type to "Unconfined")';

const baseline =
  'pods "a" is forbidden: violates PodSecurity "baseline:latest": non-default capabilities (container "c" must not include "SYS_ADMIN" in securityContext.capabilities.add), host namespaces (hostPID=true), hostPath volumes (volume "v"), hostPort (container "c" uses hostPort 1), probe or lifecycle host (container "c" uses probe or lifecycle host "a"), privileged (container "c" must not set securityContext.privileged=true), seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "x"), seccompProfile (container "c" must not set securityContext.seccompProfile.type to "Unconfined"), forbidden sysctls (kernel.msgmax)';

test.each([
  ['restricted', restricted],
  ['baseline', baseline],
])('a namespace that asks for %s says all that is wrong with a pod', async (level, message) => {
  const { post } = await held({ enforce: level });
  expect(await post(pods, unsafe)).toEqual({ code: 403, message, warning: null });
});

test('a careful pod is let in, and so is any where nothing is asked', async () => {
  const { post } = await held({ enforce: 'restricted' });
  const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
  const careful = {
    ...unsafe,
    spec: {
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [{ name: 'c', image: 'x', securityContext }],
    },
  };
  expect((await post(pods, careful)).code).toBe(201);
  const open = await held({});
  expect((await open.post(pods, unsafe)).code).toBe(201);
});

test('a warning lets pods and workloads in', async () => {
  const { post } = await held({ warn: 'baseline' });
  const given = await post(pods, { ...unsafe, spec: { hostNetwork: true, containers: [{ name: 'c', image: 'x' }] } });
  expect(given).toMatchObject({
    code: 201,
    warning: '299 - "would violate PodSecurity \\"baseline:latest\\": host namespaces (hostNetwork=true)"',
  });
  const workload = deployment('web');
  workload.metadata.namespace = 'safe';
  Object.assign(workload.spec.template.spec, { hostIPC: true });
  const made = await post('/apis/apps/v1/namespaces/safe/deployments', workload);
  expect(made.warning).toContain('host namespaces (hostIPC=true)');
});

test('a level that nobody knows is refused', async () => {
  const { send } = await held({});
  const body = { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'wrong' } } };
  const headers = { 'content-type': 'application/merge-patch+json' };
  expect((await send('PATCH', '/api/v1/namespaces/safe', body, headers)).body).toMatchObject({
    code: 422,
    message:
      'Namespace "safe" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "wrong": must be one of privileged, baseline, restricted',
  });
});
