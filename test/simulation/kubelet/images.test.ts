import { afterEach, expect, test } from 'vitest';
import type { ServiceAccount } from '../../../src/kubernetes/kinds/access.ts';
import type { Pod } from '../../../src/kubernetes/objects.ts';
import { whyInvalid } from '../../../src/simulation/kubelet/image_name.ts';
import type { ProgramInput } from '../../../src/simulation/programs/program.ts';
import { digestOf } from '../../../src/simulation/programs/registry.ts';
import { createTestCluster, nodeNamed, type TestCluster } from '../cluster_in_test.ts';
import { demo } from '../demo_program.ts';
import { podNamed, readPod, secret, statusOf, storyOf } from './pods.ts';

let cluster: TestCluster;
afterEach(() => cluster.stop());

const image = 'registry.example/team/app:1';
const locked: ProgramInput = {
  ...demo,
  image: {
    repository: 'registry.example/team/app',
    tags: ['1'],
    private: { username: 'robot', password: 'right' },
  },
};

function pullSecret(name: string, password: string, registry = 'registry.example') {
  const auth = Buffer.from(`robot:${password}`).toString('base64');
  const config = JSON.stringify({ auths: { [registry]: { auth } } });
  return secret(name, { '.dockerconfigjson': config }, 'kubernetes.io/dockerconfigjson');
}

const pulling = (more: Partial<Pod['spec']> = {}) => podNamed('app', { image }, more);
const denied = 'pull access denied, repository does not exist or may require authorization: authorization failed';

test.each([
  ['no secret', [], `${denied}: no basic auth credentials`],
  ['a secret that is not there', [{ name: 'lost' }], `${denied}: no basic auth credentials`],
  ['a secret for another registry', [{ name: 'other' }], `${denied}: no basic auth credentials`],
  [
    'a wrong password',
    [{ name: 'wrong' }],
    'unexpected status from HEAD request to https://registry.example/v2/team/app/manifests/1: 401 Unauthorized',
  ],
])('a private image is not pulled with %s', async (_what, imagePullSecrets, why) => {
  cluster = await createTestCluster({ programs: [locked] });
  await cluster.client.create('secrets', pullSecret('other', 'right', 'elsewhere.example'));
  await cluster.client.create('secrets', pullSecret('wrong', 'guess'));
  await cluster.apply(pulling({ imagePullSecrets }));
  await cluster.run(10);
  const problem = `failed to pull and unpack image "${image}": failed to resolve image: ${why}`;
  expect((await statusOf(cluster, 'app')).state.waiting).toEqual({
    reason: 'ImagePullBackOff',
    message: `Back-off pulling image "${image}": ErrImagePull: ${problem}`,
  });
  expect(await storyOf(cluster, 'app')).toContain(`Failed: Failed to pull image "${image}": ${problem}`);
});

test('a private image is pulled with the right secret, also of the service account, and is for nobody else', async () => {
  cluster = await createTestCluster({ programs: [locked] });
  await cluster.client.create('secrets', pullSecret('right', 'right', 'https://registry.example/v1/'));
  await cluster.client.create<ServiceAccount>('serviceaccounts', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'puller', namespace: 'default' },
    imagePullSecrets: [{ name: 'right' }],
  });
  await cluster.apply(pulling({ serviceAccountName: 'puller' }));
  await cluster.run(10);
  expect((await statusOf(cluster, 'app')).ready).toBe(true);
  await cluster.apply({ ...podNamed('thief', { image }), spec: { containers: pulling().spec.containers } });
  await cluster.run(10);
  expect((await statusOf(cluster, 'thief')).state.waiting?.reason).toBe('ImagePullBackOff');
});

test.each([
  [
    'no.such.example/app:1',
    'failed to pull and unpack image "no.such.example/app:1": failed to resolve image: failed to do request: Head "https://no.such.example/v2/app/manifests/1": dial tcp: lookup no.such.example on 127.0.0.53:53: no such host',
  ],
  [
    'nginx',
    'failed to pull and unpack image "docker.io/library/nginx:latest": failed to resolve image: failed to do request: Head "https://registry-1.docker.io/v2/library/nginx/manifests/latest": dial tcp: lookup registry-1.docker.io on 127.0.0.53:53: no such host',
  ],
])('a registry that nobody knows has no address: %s', async (image, why) => {
  cluster = await createTestCluster({ programs: [demo] });
  await cluster.apply(podNamed('app', { image }));
  await cluster.run(10);
  expect(await storyOf(cluster, 'app')).toContain(`Failed: Failed to pull image "${image}": ${why}`);
});

test('an image for other machines has no manifest for this one, and a digest names one for good', async () => {
  const arm: ProgramInput = { ...demo, name: 'arm', image: { ...demo.image, tags: ['arm'], architectures: ['arm64'] } };
  const nodes = [nodeNamed('n1'), nodeNamed('n2', { labels: { 'kubernetes.io/arch': 'arm64' } })];
  cluster = await createTestCluster({ programs: [demo, arm], nodes });
  const armImage = { image: 'registry.example/demo:arm' };
  await cluster.apply(podNamed('wrong', armImage, { nodeName: 'n1' }));
  await cluster.apply(podNamed('right', armImage, { nodeName: 'n2' }));
  const digest = `registry.example/demo@${digestOf('registry.example/demo', '1')}`;
  await cluster.apply(podNamed('digest', { image: digest }, { nodeName: 'n1' }));
  await cluster.run(10);
  expect((await statusOf(cluster, 'wrong')).state.waiting?.message).toContain(
    'rpc error: code = NotFound desc = failed to pull and unpack image "registry.example/demo:arm": no match for platform in manifest: not found',
  );
  expect((await statusOf(cluster, 'right')).ready).toBe(true);
  expect(await statusOf(cluster, 'digest')).toMatchObject({ ready: true, imageID: digest });
});

test('one image is pulled after the other, and the pod says how long it waited for its turn', async () => {
  const big = (tag: string): ProgramInput => ({
    ...demo,
    name: tag,
    image: { ...demo.image, tags: [tag], sizeBytes: 1e9 },
  });
  cluster = await createTestCluster({ programs: [big('one'), big('two')] });
  for (const tag of ['one', 'two']) await cluster.apply(podNamed(tag, { image: `registry.example/demo:${tag}` }));
  await cluster.run(40);
  const pulled = (await storyOf(cluster, 'two')).find(text => text.startsWith('Pulled')) ?? '';
  expect(pulled).toMatch(/in 10\.\d+s \(2\d\.\d+s including waiting\)\. Image size: 1000000000 bytes\.$/);
  expect((await readPod(cluster, 'two')).status?.phase).toBe('Running');
});

test('a changed image starts its container again, whatever the policy says', async () => {
  const next: ProgramInput = { ...demo, name: 'next', image: { ...demo.image, tags: ['2'] } };
  cluster = await createTestCluster({ programs: [demo, next] });
  await cluster.apply(podNamed('app', {}, { terminationGracePeriodSeconds: 2 }));
  await cluster.run(10);
  const containers = [{ name: 'main', image: 'registry.example/demo:2' }];
  const target = { resource: 'pods', name: 'app', namespace: 'default' };
  await cluster.client.patch(target, { type: 'strategic', body: { spec: { containers } } });
  await cluster.run(10);
  expect(await statusOf(cluster, 'app')).toMatchObject({
    image: 'registry.example/demo:2',
    restartCount: 1,
    ready: true,
  });
  expect(await storyOf(cluster, 'app')).toContain('Killing: Container main definition changed, will be restarted');
});

test.each([
  ['registry.example:5000/a/b-c__d:v1.2_x', undefined],
  ['a', undefined],
  ['Bad', 'repository name (library/Bad) must be lowercase'],
  ['docker.io/Team/app', 'repository name (Team/app) must be lowercase'],
  ['app:', ''],
  ['app:not/a/tag:x', ''],
  ['-app', ''],
  [`app@sha256:${'a'.repeat(31)}`, ''],
])('the name %s is taken, or refused with its reason', async (name, why) => {
  cluster = await createTestCluster({ programs: [] });
  expect(whyInvalid(name)).toBe(why === undefined ? undefined : `invalid reference format${why && ': '}${why}`);
});
