import { expect, test } from 'vitest';
import { app, type Broken, plain, playBroken, roundedTo, scheduled, started } from './broken_workloads.ts';

/** Pulled again after 10 s and 20 s more; in between the kubelet says at every look that it waits. */
function notPulled(image: string, error: string, more: Record<string, unknown> = {}): Broken {
  return {
    pod: app({ image, ...more }),
    seconds: 25,
    comesTo: 'Pending',
    containers: [`main: ImagePullBackOff (Back-off pulling image "${image}": ErrImagePull: ${error}), restarts 0`],
    events: {
      ...scheduled,
      [`Normal Pulling main: Pulling image "${image}"`]: 2,
      [`Warning Failed main: Failed to pull image "${image}": ${error}`]: 2,
      'Warning Failed main: Error: ErrImagePull': 2,
      [`Normal BackOff main: Back-off pulling image "${image}"`]: 6,
      'Warning Failed main: Error: ImagePullBackOff': 6,
    },
  };
}

function misnamed(image: string, why: string): Broken {
  const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": ${why}`;
  return {
    pod: app({ image }),
    seconds: 15,
    comesTo: 'Pending',
    containers: [`main: InvalidImageName (${message}), restarts 0`],
    events: {
      ...scheduled,
      [`Warning InspectFailed main: ${message}`]: 6,
      'Warning Failed main: Error: InvalidImageName': 6,
    },
  };
}

const unpacked = (image: string) => `failed to pull and unpack image "${image}": failed to resolve image`;
const missing = (image: string) => `rpc error: code = NotFound desc = ${unpacked(image)}: ${image}: not found`;
const zeros = (length: number) => `sha256:${'0'.repeat(length)}`;
const unasked = (image: string, path: string) =>
  `${unpacked(image)}: failed to do request: Head "https://${path.replace(' ', '/manifests/')}"`;
const never = 'Container image "registry.example/demo:2" is not present with pull policy of Never';

const workloads: Record<string, Broken> = {
  'a digest that is not there': {
    ...notPulled('registry.example/demo@sha256:ID', missing('registry.example/demo@sha256:ID')),
    pod: app({ image: `registry.example/demo@${zeros(64)}` }),
  },
  'a registry that does not answer, though the image is here': {
    ...notPulled(
      '127.0.0.1:1/demo:1',
      `${unasked('127.0.0.1:1/demo:1', '127.0.0.1:1/v2/demo 1')}: dial tcp IP:1: connect: connection refused`,
      { imagePullPolicy: 'Always' },
    ),
  },
  'a registry whose name nobody knows': notPulled(
    'registry.invalid/demo:1',
    `${unasked('registry.invalid/demo:1', 'registry.invalid/v2/demo 1')}: ` +
      'dial tcp: lookup registry.invalid on IP:53: no such host',
  ),
  'an image that must not be pulled': {
    pod: app({ image: 'registry.example/demo:2', imagePullPolicy: 'Never' }),
    seconds: 15,
    comesTo: 'Pending',
    containers: [`main: ErrImageNeverPull (${never}), restarts 0`],
    events: {
      ...scheduled,
      [`Warning ErrImageNeverPull main: ${never}`]: 6,
      'Warning Failed main: Error: ErrImageNeverPull': 6,
    },
  },
  'an image that is here and must not be pulled': {
    pod: app({ imagePullPolicy: 'Never' }),
    comesTo: 'Running',
    containers: ['main: running, restarts 0, ready'],
    events: { ...scheduled, ...started(1) },
  },
  'an image of a registry without a tag': notPulled('registry.example/demo', missing('registry.example/demo:latest')),
  'upper case in a name': misnamed(
    'registry.example/Demo:1',
    'invalid reference format: repository name (Demo) must be lowercase',
  ),
  'upper case without a registry': misnamed(
    'Demo',
    'invalid reference format: repository name (library/Demo) must be lowercase',
  ),
  'a tag with a blank': misnamed('registry.example/demo:1 0', 'invalid reference format'),
  'a digest that is too short': misnamed(`registry.example/demo@${zeros(40)}`, 'invalid checksum digest length'),
  'a digest that is hardly one': misnamed('registry.example/demo@sha256:00', 'invalid reference format'),
  'a digest of something else': misnamed(`registry.example/demo@md5:${'0'.repeat(32)}`, 'unsupported digest algorithm'),
  'no more than a digest': misnamed(
    'abcdef0123456789'.repeat(4),
    `invalid repository name (${'abcdef0123456789'.repeat(4)}), cannot specify 64-byte hexadecimal strings`,
  ),
};

test.each(Object.entries(workloads))('%s', async (_what, workload) => {
  const { events, comesTo, containers } = await playBroken(workload);
  expect({ comesTo, containers }).toEqual({ comesTo: workload.comesTo, containers: workload.containers.map(plain) });
  const expected = Object.fromEntries(Object.entries(workload.events).map(([text, count]) => [plain(text), count]));
  expect(roundedTo(expected, events)).toEqual(expected);
});

test('a registry at an address where nobody is times out', async () => {
  const image = '192.0.2.1:5000/demo:1';
  const error = `${unasked(image, '192.0.2.1:5000/v2/demo 1')}: dial tcp IP:5000: i/o timeout`;
  const early = await playBroken({ ...notPulled(image, error), seconds: 25 });
  expect(early.containers).toEqual(['main: ContainerCreating, restarts 0']);
  const late = await playBroken({ ...notPulled(image, error), seconds: 36 });
  expect(late.containers[0]).toContain(`ErrImagePull: ${plain(error)}`);
});
