import { expect, test } from 'vitest';
import {
  app,
  type Broken,
  backOff,
  initContainer,
  playBroken,
  present,
  roundedTo,
  runtime,
  scheduled,
  started,
} from './broken_workloads.ts';

const shell = (script: string) => ({ command: ['/bin/sh', '-c', script] });
const title = 'pod=app_NAMESPACE(UID)';
const waits = (delay: string, name = 'main') =>
  `${name}: CrashLoopBackOff (back-off ${delay} restarting failed container=${name} ${title})`;

/** Ends at once, and is started again after 10 s, 20 s and 40 s. */
function crashes(container: Record<string, unknown>, before: string, policy = 'Always'): Broken {
  return {
    pod: app(container, { restartPolicy: policy }),
    comesTo: 'Running',
    containers: [`${waits('40s')}, before ${before}, restarts 3`],
    events: { ...scheduled, ...started(4), ...backOff(18) },
  };
}

function endsOnce(container: Record<string, unknown>, end: string, phase = 'Failed', policy = 'Never'): Broken {
  return {
    pod: app(container, { restartPolicy: policy }),
    comesTo: phase,
    containers: [`main: ${end}, restarts 0`],
    events: { ...scheduled, ...started(1) },
  };
}

const overdue = 'DeadlineExceeded (Pod was active on the node longer than the specified deadline)';
const lost = 'ContainerStatusUnknown 137 (The container could not be located when the pod was terminated)';
const noTag =
  'rpc error: code = NotFound desc = failed to pull and unpack image "registry.example/demo:nope": failed to resolve ' +
  'image: registry.example/demo:nope: not found';
const backingOff = `Back-off pulling image "registry.example/demo:nope": ErrImagePull: ${noTag}`;
const hog = { args: ['hog'], resources: { limits: { memory: '32Mi' } } };
const noFile = 'exec: "nope": executable file not found in $PATH';
const tooLow =
  'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to start sandbox "ID": ' +
  `${runtime}: container init was OOM-killed (memory limit too low?)`;

/** Its sandbox shares the limit, and doesn't come up in it. */
const tiny = (memory: string): Broken => ({
  pod: app({ resources: { limits: { memory } } }),
  comesTo: 'Pending',
  containers: ['main: ContainerCreating, restarts 0'],
  events: { ...scheduled, [`Warning FailedCreatePodSandBox: ${tooLow}`]: 14 },
});

const workloads: Record<string, Broken> = {
  ...Object.fromEntries(
    [2, 126, 127, 139, 143].map(code => [`exit code ${code}`, crashes(shell(`exit ${code}`), `Error ${code}`)]),
  ),
  'exit code 137 that nobody ran out of memory for': crashes(shell('exit 137'), 'Error 137'),
  'a failure on a pod that comes back on failure': crashes(shell('exit 3'), 'Error 3', 'OnFailure'),
  'a good end on a pod that comes back on failure': endsOnce(shell('exit 0'), 'Completed 0', 'Succeeded', 'OnFailure'),
  'a good end on a pod that never comes back': endsOnce(shell('exit 0'), 'Completed 0', 'Succeeded'),
  'a failure on a pod that never comes back': endsOnce(shell('exit 126'), 'Error 126'),
  'out of memory on a pod that never comes back': endsOnce(hog, 'OOMKilled 137'),
  'its last lines as its message': endsOnce(
    { args: ['crash'], terminationMessagePolicy: 'FallbackToLogsOnError' },
    'Error 1 (level=error msg="one"\nlevel=error msg="two"\n)',
  ),
  'out of memory on a pod that comes back on failure': {
    ...crashes(hog, 'OOMKilled 137', 'OnFailure'),
    events: { ...scheduled, ...started(4), ...backOff(17) },
  },
  'a command that is nowhere on the path': {
    pod: app({ command: ['nope'] }, { restartPolicy: 'Never' }),
    comesTo: 'Failed',
    containers: [`main: StartError 128 (${runtime}: ${noFile}), restarts 0`],
    events: {
      ...scheduled,
      [`Normal Pulled main: ${present}`]: 1,
      'Normal Created main: Container created': 1,
      [`Warning Failed main: Error: ${runtime}: ${noFile}`]: 1,
    },
  },
  'a limit below what the runtime needs': tiny('4Mi'),
  'a limit of a few bytes': tiny('64'),
  'an init container that runs out of memory': {
    pod: app({}, initContainer(hog)),
    comesTo: 'Pending',
    containers: [`${waits('40s', 'init')}, before OOMKilled 137, restarts 3`, 'main: PodInitializing, restarts 0'],
    events: { ...scheduled, ...started(4, 'init'), ...backOff(17, 'init') },
  },
  'an init container that never ends': {
    pod: app({}, initContainer({ args: ['pause'] })),
    comesTo: 'Pending',
    containers: ['init: running, restarts 0', 'main: PodInitializing, restarts 0'],
    events: { ...scheduled, ...started(1, 'init') },
  },
  'an init container that fails a pod that never comes back': {
    pod: app({}, { ...initContainer(shell('exit 7')), restartPolicy: 'Never' }),
    comesTo: 'Failed',
    containers: ['init: Error 7, restarts 0', 'main: PodInitializing, restarts 0'],
    events: { ...scheduled, ...started(1, 'init') },
  },
  'an init container whose command is missing': {
    pod: app({}, { ...initContainer({ command: ['nope'] }), restartPolicy: 'Never' }),
    comesTo: 'Failed',
    containers: [`init: StartError 128 (${runtime}: ${noFile}), restarts 0`, 'main: PodInitializing, restarts 0'],
    events: {
      ...scheduled,
      [`Normal Pulled init: ${present}`]: 1,
      'Normal Created init: Container created': 1,
      [`Warning Failed init: Error: ${runtime}: ${noFile}`]: 1,
    },
  },
  'two containers of which one fails for good': {
    pod: app(
      {},
      {
        restartPolicy: 'Never',
        containers: [
          { ...app().spec.containers[0] },
          { name: 'other', image: app().spec.containers[0]?.image, args: ['crash'] },
        ],
      },
    ),
    comesTo: 'Running',
    containers: ['main: running, restarts 0, ready', 'other: Error 1, restarts 0'],
    events: { ...scheduled, ...started(1), ...started(1, 'other') },
  },
  'a deadline before its first init container had its image': {
    pod: app({}, { ...initContainer({ image: 'registry.example/demo:nope' }), activeDeadlineSeconds: 10 }),
    comesTo: `Failed ${overdue}`,
    containers: [`init: ${lost}, restarts 0`, 'main: PodInitializing, restarts 0'],
    events: {
      ...scheduled,
      'Normal Pulling init: Pulling image "registry.example/demo:nope"': 1,
      [`Warning Failed init: Failed to pull image "registry.example/demo:nope": ${noTag}`]: 1,
      'Warning Failed init: Error: ErrImagePull': 1,
      'Normal BackOff init: Back-off pulling image "registry.example/demo:nope"': 3,
      'Warning Failed init: Error: ImagePullBackOff': 3,
      [`Normal ${overdue.replace(' (', ': ').slice(0, -1)}`]: 3,
    },
  },
  'a deadline before its image was there': {
    pod: app({ image: 'registry.example/demo:nope' }, { activeDeadlineSeconds: 10 }),
    comesTo: `Failed ${overdue}`,
    containers: [`main: ${lost}, restarts 0`],
    events: {
      ...scheduled,
      'Normal Pulling main: Pulling image "registry.example/demo:nope"': 1,
      [`Warning Failed main: Failed to pull image "registry.example/demo:nope": ${noTag}`]: 1,
      'Warning Failed main: Error: ErrImagePull': 1,
      'Normal BackOff main: Back-off pulling image "registry.example/demo:nope"': 3,
      'Warning Failed main: Error: ImagePullBackOff': 3,
      [`Normal ${overdue.replace(' (', ': ').slice(0, -1)}`]: 3,
    },
  },
  'a sidecar that fails until the deadline': {
    pod: app(
      {},
      {
        ...initContainer({ ...shell('exit 4'), restartPolicy: 'Always', startupProbe: { tcpSocket: { port: 9 } } }),
        activeDeadlineSeconds: 20,
      },
    ),
    comesTo: `Failed ${overdue}`,
    containers: [`init: ${lost}, before Error 4, restarts 2`, 'main: PodInitializing, restarts 0'],
    events: {
      ...scheduled,
      ...started(3, 'init'),
      ...backOff(6, 'init'),
      [`Normal ${overdue.replace(' (', ': ').slice(0, -1)}`]: 3,
    },
  },
  'two containers of which one has no image': {
    pod: app({}, { containers: [...app().spec.containers, { name: 'other', image: 'registry.example/demo:nope' }] }),
    seconds: 6,
    comesTo: 'Pending',
    containers: ['main: running, restarts 0, ready', `other: ImagePullBackOff (${backingOff}), restarts 0`],
    events: {
      ...scheduled,
      ...started(1),
      'Normal Pulling other: Pulling image "registry.example/demo:nope"': 1,
      [`Warning Failed other: Failed to pull image "registry.example/demo:nope": ${noTag}`]: 1,
      'Warning Failed other: Error: ErrImagePull': 1,
      'Normal BackOff other: Back-off pulling image "registry.example/demo:nope"': 2,
      'Warning Failed other: Error: ImagePullBackOff': 2,
    },
  },
  'a deadline of its own': {
    pod: app({}, { activeDeadlineSeconds: 10, terminationGracePeriodSeconds: 2 }),
    comesTo: `Failed ${overdue}`,
    containers: ['main: Completed 0, restarts 0'],
    events: {
      ...scheduled,
      ...started(1),
      'Normal Killing main: Stopping container main': 1,
      'Normal DeadlineExceeded: Pod was active on the node longer than the specified deadline': 3,
    },
  },
};

test.each(Object.entries(workloads))('%s', async (_what, workload) => {
  const { events, comesTo, containers } = await playBroken(workload);
  expect({ comesTo, containers }).toEqual({ comesTo: workload.comesTo, containers: workload.containers });
  expect(roundedTo(workload.events, events)).toEqual(workload.events);
});
