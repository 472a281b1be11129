import { expect, test } from 'vitest';
import {
  app,
  type Broken,
  backOff,
  image,
  initContainer,
  playBroken,
  roundedTo,
  scheduled,
  started,
} from './broken_workloads.ts';

const often = { periodSeconds: 5, failureThreshold: 2 };
const refused = (what: string) => `${what}dial tcp IP:9: connect: connection refused`;
const noGreeting = 'timeout: failed to connect service "IP:8080" within 1s: context deadline exceeded';
const noCommand =
  'errored and resulted in unknown state: rpc error: code = Unknown desc = failed to exec in container: failed to ' +
  'start exec "ID": OCI runtime exec failed: exec failed: unable to start container process: exec: "cat": executable ' +
  'file not found in $PATH';
const never = { periodSeconds: 5, exec: { command: ['cat', '/tmp/healthy'] } };

/** Killed after ten seconds, again and again: the second time at once, then after its back-off. */
function killed(probe: Record<string, unknown>, why: string): Broken {
  return {
    pod: app({ livenessProbe: { ...often, ...probe } }, { terminationGracePeriodSeconds: 2 }),
    seconds: 16,
    comesTo: 'Running',
    containers: ['main: running, before Completed 0, restarts 1, ready'],
    events: {
      ...scheduled,
      ...started(2),
      [`Warning Unhealthy main: Liveness probe failed: ${why}`]: 3,
      'Normal Killing main: Container main failed liveness probe, will be restarted': 1,
    },
  };
}

function unready(probe: Record<string, unknown>, complaint: string, count: number): Broken {
  return {
    pod: app({ readinessProbe: { periodSeconds: 5, ...probe } }),
    comesTo: 'Running',
    containers: ['main: running, restarts 0'],
    events: { ...scheduled, ...started(1), [`Warning Unhealthy main: Readiness probe ${complaint}`]: count },
  };
}

/** The hook fails each time: the container is killed and has to wait. */
function hookFails(postStart: Record<string, unknown>): Broken {
  return {
    pod: app({ lifecycle: { postStart } }, { terminationGracePeriodSeconds: 2 }),
    comesTo: 'Running',
    containers: [
      'main: CrashLoopBackOff (back-off 40s restarting failed container=main pod=app_NAMESPACE(UID)), before ' +
        'Completed 0, restarts 3',
    ],
    events: {
      ...scheduled,
      ...started(4),
      ...backOff(18),
      'Warning FailedPostStartHook main: PostStartHook failed': 4,
      'Normal Killing main: FailedPostStartHook': 4,
    },
  };
}

/** Until it has to wait, the container says why the hook has failed; the first time it is started again at once. */
function hookSays(postStart: Record<string, unknown>, why: string): Broken {
  return {
    ...hookFails(postStart),
    seconds: 3.5,
    containers: [`main: PostStartHookError (${why}), before Completed 0, restarts 1`],
    events: {
      ...scheduled,
      ...started(2),
      ...backOff(1),
      'Warning FailedPostStartHook main: PostStartHook failed': 2,
      'Normal Killing main: FailedPostStartHook': 2,
    },
  };
}

const sidecar = (more: Record<string, unknown>) =>
  initContainer({ name: 'side', restartPolicy: 'Always', args: ['serve'], ...more });

const workloads: Record<string, Broken> = {
  'liveness over TCP where nobody listens': killed({ tcpSocket: { port: 9 } }, refused('')),
  'liveness over HTTPS of a server without': killed(
    { httpGet: { port: 8080, path: '/healthz', scheme: 'HTTPS' } },
    'Get "https://IP:8080/healthz": http: server gave HTTP response to HTTPS client',
  ),
  'liveness on a path that is not there': killed(
    { httpGet: { port: 8080, path: 'nope' } },
    'HTTP probe failed with statuscode: 404',
  ),
  'liveness over gRPC of a server that speaks HTTP': killed({ grpc: { port: 8080 } }, noGreeting),
  'liveness by a command that fails': killed({ exec: { command: ['sh', '-c', 'echo sick; exit 1'] } }, 'sick\n'),
  'liveness by a command that takes too long': killed(
    { exec: { command: ['sh', '-c', 'sleep 3'] } },
    'command timed out: "sh -c sleep 3" timed out after 1s',
  ),
  'liveness by a command that is missing': {
    pod: app({ livenessProbe: never }),
    comesTo: 'Running',
    containers: ['main: running, restarts 0, ready'],
    events: { ...scheduled, ...started(1), [`Warning Unhealthy main: Liveness probe ${noCommand}`]: 11 },
  },
  'readiness by a command that is missing': unready(never, noCommand, 20),
  'readiness on a port that has no such name': unready(
    { httpGet: { port: 'nope', path: '/' } },
    'errored and resulted in unknown state: strconv.Atoi: parsing "nope": invalid syntax',
    20,
  ),
  'readiness over gRPC of a server that speaks HTTP': unready({ grpc: { port: 8080 } }, `failed: ${noGreeting}`, 20),
  'liveness on a pod that never comes back': {
    pod: app(
      { livenessProbe: { ...often, tcpSocket: { port: 9 } } },
      { restartPolicy: 'Never', terminationGracePeriodSeconds: 2 },
    ),
    seconds: 20,
    comesTo: 'Succeeded',
    containers: ['main: Completed 0, restarts 0'],
    events: {
      ...scheduled,
      ...started(1),
      [`Warning Unhealthy main: Liveness probe failed: ${refused('')}`]: 2,
      'Normal Killing main: Stopping container main': 1,
    },
  },
  'a hook after the start whose command is missing': hookFails({ exec: { command: ['cat', '/x'] } }),
  'a hook after the start whose command fails': hookFails({ exec: { command: ['sh', '-c', 'exit 3'] } }),
  'a hook after the start that nobody hears': hookFails({ httpGet: { port: 9, path: 'hook' } }),
  'what a hook says whose command fails': hookSays(
    { exec: { command: ['sh', '-c', 'echo bad; exit 3'] } },
    'Exec lifecycle hook ([sh -c echo bad; exit 3]) for Container "main" in Pod "app_NAMESPACE(UID)" failed - error: ' +
      `command 'sh -c echo bad; exit 3' exited with 3: , message: "bad\\n"`,
  ),
  'what a hook says that nobody hears': hookSays(
    { httpGet: { port: 9, path: 'hook' } },
    'HTTP lifecycle hook (hook) for Container "main" in Pod "app_NAMESPACE(UID)" failed - error: ' +
      refused('Get "http://IP:9/hook": '),
  ),
  'a sidecar that never starts': {
    pod: app(
      {},
      { ...sidecar({ startupProbe: { ...often, tcpSocket: { port: 9 } } }), terminationGracePeriodSeconds: 2 },
    ),
    seconds: 16,
    comesTo: 'Pending',
    containers: ['side: running, before Completed 0, restarts 1', 'main: PodInitializing, restarts 0'],
    events: {
      ...scheduled,
      ...started(2, 'side'),
      [`Warning Unhealthy side: Startup probe failed: ${refused('')}`]: 3,
      'Normal Killing side: Init container side failed startup probe': 1,
    },
  },
  'a sidecar that is sick': {
    pod: app(
      {},
      { ...sidecar({ livenessProbe: { ...often, tcpSocket: { port: 9 } } }), terminationGracePeriodSeconds: 2 },
    ),
    seconds: 16,
    comesTo: 'Running',
    containers: ['side: running, before Completed 0, restarts 1, ready', 'main: running, restarts 0, ready'],
    events: {
      ...scheduled,
      ...started(2, 'side'),
      ...started(1),
      [`Warning Unhealthy side: Liveness probe failed: ${refused('')}`]: 3,
      'Normal Killing side: Init container side failed liveness probe': 1,
    },
  },
  'a sidecar whose environment is missing': {
    pod: app({}, sidecar({ image, envFrom: [{ secretRef: { name: 'nope' } }] })),
    seconds: 30,
    comesTo: 'Pending',
    containers: [
      'side: CreateContainerConfigError (secret "nope" not found), restarts 0',
      'main: PodInitializing, restarts 0',
    ],
    events: {
      ...scheduled,
      'Warning Failed side: Error: secret "nope" not found': 11,
      [`Normal Pulled side: Container image "${image}" already present on machine and can be accessed by the pod`]: 11,
    },
  },
};

test.each(Object.entries(workloads))('%s', async (_what, workload) => {
  const { events, comesTo, containers } = await playBroken(workload);
  expect({ comesTo, containers }).toEqual({ comesTo: workload.comesTo, containers: workload.containers });
  expect(roundedTo(workload.events, events)).toEqual(workload.events);
});
