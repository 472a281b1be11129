import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LiveWorld, startLiveWorld } from './live_world.ts';

let world: LiveWorld;

beforeAll(async () => {
  world = await startLiveWorld('rejected-setting', { secure: true });
  await world.cluster.injectFault();
  await world.until('get pods -w', /CrashLoopBackOff/);
});
afterAll(() => world?.close());

test('everything that is there can be listed in every form, and described', async () => {
  const { kubectl, ok } = world;
  const resources = (await ok('api-resources --verbs=list -o name')).trim().split('\n');
  expect(resources.length).toBeGreaterThan(40);
  const all = resources.join(',');
  for (const form of ['wide', 'yaml', 'json', 'name', 'custom-columns=NAME:.metadata.name,KIND:.kind']) {
    const { code, out, err } = await kubectl(`get ${all} -A -o ${form}`);
    expect({ code, err }, form).toEqual({ code: 0, err: expect.stringMatching(/^(Warning: .*\n)*$/) });
    expect(out).toContain('checkout');
  }
  expect(await ok('get deployments -A -o', 'jsonpath={.items[*].metadata.name}')).toContain('checkout');
  const described = await kubectl(`describe ${all} -A`);
  expect(described.code, described.err).toBe(0);
  expect(described.err).toMatch(/^(Warning: .*\n)*$/);
});

test('a description of each kind says what an engineer looks for', async () => {
  const bookings = await startLiveWorld('key-that-was-rotated', { speed: 60 });
  try {
    await bookings.cluster.injectFault();
    await bookings.until('get pods -w', /CreateContainerConfigError/);
    const failing = (await bookings.ok('get pods')).match(/^(\S+) .*CreateContainerConfigError/m)?.[1];
    const lines: [string, RegExp][] = [
      [`pod ${failing}`, /Warning +Failed .*Error: couldn't find key key in Secret clinic\/bank/],
      [`pod ${failing}`, /Reason: +CreateContainerConfigError/],
      ['node node-a', /Allocated resources:[\s\S]*cpu +\d+m? \(\d+%\)/],
      ['node node-a', /Ready +True .*KubeletReady/],
      ['deployment api', /NewReplicaSet: +api-\S+ \(2\/2 replicas created\)/],
      ['replicaset -l app=api', /Controlled By: +Deployment\/api/],
      ['statefulset database', /Volume Claims:\n +Name: +data\n +StorageClass: +standard/],
      ['daemonset agent -n platform', /Number of Nodes Scheduled with Available Pods: 3/],
      ['cronjob settlement', /Schedule: +\*\/15 \* \* \* \*[\s\S]*Concurrency Policy: +Forbid/],
      ['job', /Controlled By: +CronJob\/settlement/],
      ['hpa api', /resource cpu on pods .*: +\d+% \(\d+m\) \/ 70%[\s\S]*ScalingActive +True +ValidMetricFound/],
      ['ingress bookings', /bookings\.example[\s\S]*web:http \(10\.\S+:3000,/],
      ['quota clinic', /requests\.cpu +\d+m? +6/],
      ['pdb web', /Min available: +2[\s\S]*Allowed disruptions: +1/],
      ['pvc data-database-0', /Status: +Bound[\s\S]*Used By: +database-0/],
      ['pv', /Claim: +clinic\/data-database-0/],
      ['storageclass standard', /AllowVolumeExpansion: +True[\s\S]*WaitForFirstConsumer/],
      ['networkpolicy database', /To Port: 5432\/TCP\n +From:\n +PodSelector: app=api/],
      ['service web', /Endpoints: +10\.\S+:3000,10\./],
      ['endpointslice -l kubernetes.io/service-name=web', /TargetRef: +Pod\/web-/],
      ['namespace clinic', /Resource Quotas\n +Name: +clinic/],
      ['secret bank', /key-v2: +\d+ bytes/],
      ['serviceaccount default', /Name: +default/],
      ['priorityclass system-node-critical', /Value: +2000001000/],
      ['clusterrole view', /pods\/log +\[\] +\[\] +\[get list watch\]/],
      ['lease node-a -n kube-node-lease', /Holder Identity: +node-a/],
    ];
    for (const [what, expected] of lines) expect(await bookings.ok(`describe ${what}`), what).toMatch(expected);
  } finally {
    await bookings.close();
  }
});

test('logs: of the container before, the last lines, since, of all with a label, and as they come', async () => {
  const { kubectl, ok, until } = world;
  const crashing = (await ok('get pods')).match(/^(checkout-\S+) +0\/1 /m)?.[1];
  expect(await ok(`logs -p ${crashing} --tail=1`)).toMatch(/^.+\n$/);
  const [healthy] = (await ok('get pods -l app=storefront -o name')).split('\n');
  const whole = await ok(`logs ${healthy}`);
  expect((await ok(`logs ${healthy} --tail=2`)).split('\n').slice(0, -1)).toEqual(whole.split('\n').slice(-3, -1));
  expect((await ok(`logs ${healthy} --since=1h --timestamps`)).split('\n')[0]).toMatch(/^\d{4}-\d\d-\d\dT/);
  expect(await ok('logs -l app=storefront --prefix --all-containers --tail=1')).toMatch(
    /^\[pod\/storefront-\S+\/\S+\] /,
  );
  expect(await ok('logs deployment/storefront')).not.toBe('');
  expect(await kubectl(`logs -p ${healthy}`)).toMatchObject({
    code: 1,
    err: expect.stringMatching(/previous terminated container "\S+" in pod "\S+" not found/),
  });
  expect(await kubectl('logs nothing')).toMatchObject({
    code: 1,
    err: expect.stringContaining('pods "nothing" not found'),
  });
  await until(`logs -f ${healthy} --tail=0`, /.+\n/);
});

test('it tells of itself: kinds, versions, fields, paths, usage, events', async () => {
  const { ok } = world;
  expect(await ok('api-versions')).toContain('apps/v1\n');
  expect(await ok('cluster-info')).toMatch(/control plane.* is running at .*https:\/\/127\.0\.0\.1/);
  expect(await ok('version')).toMatch(/Server Version: v1\.36/);
  expect(await ok('explain statefulset --recursive')).toContain('volumeClaimTemplates');
  expect(await ok('explain hpa.spec.behavior.scaleDown')).toContain('stabilizationWindowSeconds');
  expect(await ok('get --raw /readyz')).toBe('ok');
  expect(await ok('get --raw /metrics')).toContain('kube_pod_status_phase');
  expect(JSON.parse(await ok('get --raw /apis/metrics.k8s.io/v1beta1/nodes'))).toMatchObject({
    kind: 'NodeMetricsList',
  });
  expect(await ok('top nodes')).toMatch(/\d+m +\d+% +\d+Mi +\d+%/);
  expect(await ok('top pods -A --containers --sort-by=memory')).toContain('storefront');
  expect(await ok('events --types=Warning')).toMatch(/BackOff +Pod\/checkout-/);
  expect(await ok('get events --field-selector reason=BackOff --sort-by=.lastTimestamp')).toContain('pod/checkout-');
});

test('it says who one is and what one may, also for others', async () => {
  const { kubectl, ok } = world;
  expect(await ok('auth whoami')).toContain('kubernetes-admin');
  expect(await ok('auth can-i --list')).toMatch(/^\*\.\* /m);
  expect(await ok('auth can-i create pods/eviction')).toBe('yes\n');
  expect(await kubectl('auth can-i delete nodes --as=system:serviceaccount:shop:default')).toMatchObject({
    code: 1,
    out: 'no\n',
  });
  expect(await kubectl('get secrets --as=eve --as-group=guests')).toMatchObject({
    code: 1,
    err: expect.stringContaining('User "eve" cannot list resource "secrets" in API group "" in the namespace "shop"'),
  });
});

test.each([
  ['exec', 'exec POD -- ls'],
  ['attach', 'attach POD'],
  ['port-forward', 'port-forward POD 18080:8080'],
  ['cp', 'cp POD:/etc/hosts copy'],
])('%s is refused with a sentence', async (_name, line) => {
  const pod = await world.ok('get pods -l app=storefront -o', 'jsonpath={.items[0].metadata.name}');
  const refused = await world.kubectl(line.replace('POD', pod));
  expect(refused.code).toBe(1);
  expect(refused.err).toContain('the containers of this cluster are described and not run');
});
