import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LiveWorld, startLiveWorld } from './live_world.ts';

let world: LiveWorld;

beforeAll(async () => {
  world = await startLiveWorld('key-that-was-rotated');
});
afterAll(() => world?.close());

const jsonpath = (path: string) => `jsonpath={${path}}`;
const read = (what: string, path: string) => world.ok(`get ${what} -o`, jsonpath(path));

test('a rollout: images, history, status, pause, resume, undo, restart, for each kind that has one', async () => {
  const { ok } = world;
  await ok('set image deployment/web web=registry.example/clinic/web:5.1.0');
  expect(await ok('rollout status deployment/web')).toContain('successfully rolled out');
  expect(await ok('rollout history deployment/web')).toMatch(/\n1 +release 5\.0\.0\n2 +release 5\.0\.1\n3 /);
  expect(await ok('rollout history deployment/web --revision=2')).toContain('clinic/web:5.0.1');
  await ok('rollout pause deployment/web');
  expect((await world.kubectl('rollout restart deployment/web')).err).toContain("can't restart paused deployment");
  await ok('rollout resume deployment/web');
  await ok('rollout undo deployment/web --to-revision=1');
  expect(await ok('rollout status deployment/web')).toContain('successfully rolled out');
  expect(await read('deployment/web', '..image')).toContain('5.0.0');
  for (const of of ['statefulset/database', 'daemonset/agent -n platform', 'deployment/api']) {
    await ok(`rollout restart ${of}`);
    expect(await ok(`rollout status ${of} --timeout=50s`)).toMatch(/successfully rolled out|roll(ing| )?out complete/);
  }
});

test('nodes: labels, taints, cordon, a drain that waits for a budget, uncordon', async () => {
  const { kubectl, ok } = world;
  await ok('taint node node-c dedicated=batch:NoSchedule');
  expect(await read('node/node-c', '.spec.taints[0].value')).toBe('batch');
  await ok('taint node node-c dedicated-');
  await ok('label node node-c disk=fast');
  expect(await ok('get nodes -l disk=fast -o name')).toBe('node/node-c\n');
  await ok('cordon node-c');
  expect(await ok('get node node-c')).toContain('SchedulingDisabled');
  await ok('uncordon node-c');
  await ok('create poddisruptionbudget api --selector=app=api --min-available=100%');
  const [node] = (await read('pods -l app=api', '.items[*].spec.nodeName')).split(' ');
  const blocked = await kubectl(`drain ${node} --ignore-daemonsets --timeout=6s`);
  expect(blocked.code).not.toBe(0);
  expect(blocked.err).toContain("Cannot evict pod as it would violate the pod's disruption budget.");
  await ok('delete pdb api');
  expect(await ok(`drain ${node} --ignore-daemonsets --timeout=50s`)).toContain(`node/${node} drained`);
  const left = await read(
    `pods -A --field-selector spec.nodeName=${node}`,
    '.items[*].metadata.ownerReferences[0].kind',
  );
  expect(left).toMatch(/^DaemonSet( Job)*$/);
  await ok(`uncordon ${node}`);
  await ok('rollout status deployment/api --timeout=50s');
});

const settings = (value: string) =>
  `apiVersion: v1
kind: ConfigMap
metadata: { name: settings, labels: { part: settings } }
data: { mode: ${value} }
`;
const shop = (image: string) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: desk, labels: { part: desk } }
spec:
  replicas: 1
  selector: { matchLabels: { app: desk } }
  template:
    metadata: { labels: { app: desk } }
    spec:
      containers:
        - name: web
          image: ${image}
          resources: { requests: { cpu: 50m, memory: 90Mi }, limits: { memory: 120Mi } }
`;

test('apply from the client and by the server, with conflicts, dry runs, differences and pruning', async () => {
  const { kubectl, ok, file } = world;
  const path = file('settings.yaml', settings('a'));
  expect(await ok(`apply -f ${path}`)).toBe('configmap/settings created\n');
  expect(await ok(`apply -f ${path}`)).toBe('configmap/settings unchanged\n');
  file('settings.yaml', settings('b'));
  const difference = await kubectl(`diff -f ${path}`);
  expect(difference).toMatchObject({ code: 1, out: expect.stringMatching(/^- {2}mode: a$\n^\+ {2}mode: b$/m) });
  expect(await ok(`apply -f ${path} --dry-run=server`)).toBe('configmap/settings configured (server dry run)\n');
  expect(await read('cm/settings', '.data.mode')).toBe('a');
  expect(await ok(`apply -f ${path}`)).toBe('configmap/settings configured\n');
  file('settings.yaml', settings('c'));
  const conflict = await kubectl(`apply --server-side --field-manager=other -f ${path}`);
  expect(conflict).toMatchObject({
    code: 1,
    err: expect.stringContaining('conflict with "kubectl-client-side-apply"'),
  });
  expect(await ok(`apply --server-side --field-manager=other --force-conflicts -f ${path}`)).toContain(
    'serverside-applied',
  );
  const deployment = file('desk.yaml', shop('registry.example/clinic/web:5.0.1'));
  await ok(`apply -f ${deployment} -l part=desk --prune --prune-allowlist=core/v1/ConfigMap`);
  expect(await ok('rollout status deployment/desk')).toContain('successfully rolled out');
  const unwanted = file(
    'unwanted.yaml',
    settings('d').replaceAll('settings', 'unwanted').replace('part: unwanted', 'part: desk'),
  );
  await ok(`apply -f ${unwanted}`);
  expect(await ok(`apply -f ${deployment} -l part=desk --prune --prune-allowlist=core/v1/ConfigMap`)).toContain(
    'configmap/unwanted pruned',
  );
  expect((await kubectl('get cm unwanted')).err).toContain('(NotFound)');
});

test('changes in place: three patches, edit, replace, set, label, annotate, scale', async () => {
  const { kubectl, ok, file } = world;
  await ok(
    'patch deployment desk -p',
    '{"spec":{"template":{"spec":{"containers":[{"name":"web","env":[{"name":"A","value":"1"}]}]}}}}',
  );
  await ok('patch deployment desk --type=merge -p', '{"spec":{"minReadySeconds":2}}');
  await ok('patch deployment desk --type=json -p', '[{"op":"replace","path":"/spec/minReadySeconds","value":1}]');
  await ok('patch deployment desk --subresource=scale --type=merge -p', '{"spec":{"replicas":2}}');
  expect(
    await kubectl('patch deployment desk --type=json -p', '[{"op":"test","path":"/spec/replicas","value":7}]'),
  ).toMatchObject({ code: 1 });
  file('editor', '#!/bin/sh\nsed -i "s/minReadySeconds: 1/minReadySeconds: 3/" "$1"\n');
  expect(await ok('edit deployment desk')).toContain('deployment.apps/desk edited');
  expect(await read('deploy/desk', '.spec.minReadySeconds')).toBe('3');
  file('editor', '#!/bin/sh\nexit 0\n');
  expect(await ok('edit deployment desk')).toContain('no changes made');
  const stale = file(
    'desk.json',
    (await ok('get deployment desk -o json')).replace('"minReadySeconds": 3', '"minReadySeconds": 0'),
  );
  await ok('annotate deployment desk note=first');
  expect(await kubectl(`replace -f ${stale}`)).toMatchObject({
    code: 1,
    err: expect.stringContaining('the object has been modified'),
  });
  await ok(
    `replace -f ${file('desk.json', (await ok('get deployment desk -o json')).replace('"minReadySeconds": 3', '"minReadySeconds": 0'))}`,
  );
  await ok('annotate deployment desk note-');
  await ok('label deployment desk tier=front');
  expect(await kubectl('label deployment desk tier=back')).toMatchObject({
    code: 1,
    err: expect.stringContaining('--overwrite is false'),
  });
  await ok('set env deployment/desk A- B=2');
  await ok('set env deployment/desk --from=secret/bank --prefix=BANK_');
  await ok('set resources deployment/desk --limits=memory=200Mi');
  await ok('set serviceaccount deployment/desk default');
  await ok('set image deployment/desk web=registry.example/clinic/web:5.1.0');
  await ok('scale deployment/desk --replicas=1 --current-replicas=2');
  expect(await kubectl('scale deployment/desk --replicas=3 --current-replicas=2')).toMatchObject({ code: 1 });
  expect(await ok('rollout status deployment/desk --timeout=50s')).toContain('successfully rolled out');
  expect(await read('deploy/desk', '..env[*].name')).toMatch(/^B BANK_KEY(_V2)?$/);
});

test('create, run, expose and autoscale make what they say', async () => {
  const { kubectl, ok } = world;
  const made: [string, string][] = [
    ['create namespace annex', 'namespace/annex'],
    ['create configmap c --from-literal=a=1 -n annex', 'configmap/c'],
    ['create secret generic s --from-literal=a=1 -n annex', 'secret/s'],
    ['create secret docker-registry r --docker-server=x --docker-username=u --docker-password=p -n annex', 'secret/r'],
    ['create serviceaccount robot -n annex', 'serviceaccount/robot'],
    ['create quota q --hard=pods=5 -n annex', 'resourcequota/q'],
    ['create role reader --verb=get,list --resource=pods,pods/log -n annex', 'role.rbac.authorization.k8s.io/reader'],
    [
      'create rolebinding reader --role=reader --serviceaccount=annex:robot -n annex',
      'rolebinding.rbac.authorization.k8s.io/reader',
    ],
    ['create clusterrole lister --verb=list --resource=nodes', 'clusterrole.rbac.authorization.k8s.io/lister'],
    [
      'create clusterrolebinding lister --clusterrole=lister --user=eve',
      'clusterrolebinding.rbac.authorization.k8s.io/lister',
    ],
    ['create priorityclass urgent --value=1000', 'priorityclass.scheduling.k8s.io/urgent'],
    [
      'create deployment d --image=registry.example/clinic/web:5.0.1 --replicas=2 --port=3000 -n annex',
      'deployment.apps/d',
    ],
    ['create ingress i --rule=annex.example/*=d:80 -n annex', 'ingress.networking.k8s.io/i'],
    ['create pdb p --selector=app=d --min-available=1 -n annex', 'poddisruptionbudget.policy/p'],
    [
      'create cronjob nightly --image=registry.example/clinic/settlement:1.1.0 -n annex --schedule',
      'cronjob.batch/nightly',
    ],
    ['create service clusterip plain --tcp=80:3000 -n annex', 'service/plain'],
    ['create service nodeport outside --tcp=80:3000 -n annex', 'service/outside'],
    ['create job now --from=cronjob/settlement', 'job.batch/now'],
  ];
  for (const [line, what] of made) {
    const words = line.endsWith('--schedule') ? ['0 3 * * *'] : [];
    expect(await ok(line, ...words), line).toBe(`${what} created\n`);
  }
  expect((await ok('create token robot -n annex')).trim().split('.')).toHaveLength(3);
  expect(await ok('auth can-i list pods -n annex --as=system:serviceaccount:annex:robot')).toBe('yes\n');
  expect(await ok('run single --image=registry.example/clinic/web:5.0.1 -n annex')).toBe('pod/single created\n');
  expect(await ok('expose deployment d --port=80 --target-port=3000 -n annex')).toBe('service/d exposed\n');
  expect(await ok('autoscale deployment d --min=1 --max=3 --cpu-percent=80 -n annex')).toContain('autoscaled\n');
  expect(await kubectl('create namespace annex')).toMatchObject({
    code: 1,
    err: expect.stringContaining('(AlreadyExists)'),
  });
  expect(await kubectl('run Bad_Name --image=x')).toMatchObject({
    code: 1,
    err: expect.stringContaining('is invalid'),
  });
  const refused = await kubectl(
    'create deployment big --image=registry.example/clinic/web:5.0.1 --replicas=9 -n annex',
  );
  expect(refused.code).toBe(0);
  await world.until('events -n annex -w', /exceeded quota: q, requested: pods=1, used: pods=5, limited: pods=5/);
});

test('wait: for a condition, a value, a deletion; and it gives up', async () => {
  const { kubectl, ok } = world;
  await ok('wait --for=condition=Available deployment/d -n annex --timeout=50s');
  await ok('wait -n annex --timeout=50s pod/single --for', 'jsonpath={.status.phase}=Running');
  expect(await kubectl('wait --for=condition=Complete=False pod/single -n annex --timeout=1s')).toMatchObject({
    code: 1,
    err: expect.stringContaining('timed out waiting for the condition'),
  });
  const gone = ok('wait --for=delete pod/single -n annex --timeout=50s');
  expect(await ok('delete pod single -n annex --wait=false')).toContain('deleted');
  await gone;
});

test('delete: orphans, in the foreground, by force, by label, a namespace', async () => {
  const { kubectl, ok } = world;
  await ok('delete deployment d -n annex --cascade=orphan');
  const [orphan] = (await ok('get replicasets -n annex -l app=d -o name')).split('\n');
  expect(await read(`${orphan} -n annex`, '.metadata.ownerReferences')).toBe('');
  await ok(`delete ${orphan} -n annex --cascade=foreground`);
  expect(await ok('get pods -n annex -l app=d -o name')).toBe('');
  const [pod] = (await ok('get pods -n annex -l app=big -o name')).split('\n');
  expect(await ok(`delete ${pod} -n annex --grace-period=0 --force`)).toContain('force deleted');
  await ok('delete deployments,configmaps -n annex -l app=big');
  expect((await kubectl('get deployment big -n annex')).err).toContain('(NotFound)');
  expect(await ok('delete namespace annex --timeout=50s')).toContain('"annex" deleted');
  expect((await kubectl('get all -n annex')).err).toContain('No resources found');
  expect(await kubectl('delete pod nothing')).toMatchObject({ code: 1 });
  expect(await ok('delete pod nothing --ignore-not-found')).toBe('');
});
