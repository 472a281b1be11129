import { afterEach, expect, test } from 'vitest';
import type { Container, Pod } from '../../../src/kubernetes/objects.ts';
import type { ProgramInput } from '../../../src/simulation/programs/program.ts';
import { createTestCluster, type TestCluster } from '../cluster_in_test.ts';
import { demo } from '../demo_program.ts';
import { podNamed, readPod, statusOf, storyOf } from './pods.ts';

let cluster: TestCluster;
afterEach(() => cluster.stop());

const shell = (name: string, script: string, more: Partial<Container> = {}): Container => ({
  name,
  image: 'registry.example/demo:1',
  command: ['sh', '-c', script],
  ...more,
});

async function started(name: string): Promise<string[]> {
  const events = await cluster.eventsOf(name);
  return events
    .filter(({ reason }) => reason === 'Started')
    .toSorted((a, b) => (a.firstTimestamp ?? '').localeCompare(b.firstTimestamp ?? ''))
    .map(({ involvedObject }) => /\{(.*)\}/.exec(involvedObject.fieldPath ?? '')?.[1] ?? '');
}

test('init containers run one after the other, a sidecar stays and goes last', async () => {
  cluster = await createTestCluster({ programs: [demo], images: ['registry.example/demo:1'] });
  const sidecar: Container = {
    ...shell('proxy', ''),
    command: ['/demo'],
    args: ['serve'],
    restartPolicy: 'Always',
    startupProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
  };
  const initContainers = [shell('first', 'sleep 3'), sidecar, shell('second', 'sleep 3')];
  const pod = podNamed('app', { ...shell('main', 'sleep 20') }, { initContainers, restartPolicy: 'Never' });
  await cluster.apply(pod);
  await cluster.run(8);
  expect(await readPod(cluster, 'app')).toMatchObject({ status: { phase: 'Pending' } });
  expect(await statusOf(cluster, 'app', 'proxy')).toMatchObject({ ready: true, started: true });
  await cluster.run(10);
  expect(await started('app')).toEqual(['first', 'proxy', 'second', 'main']);
  expect((await readPod(cluster, 'app')).status?.phase).toBe('Running');
  await cluster.run(30);
  expect((await readPod(cluster, 'app')).status?.phase).toBe('Succeeded');
  const ends = await Promise.all(['main', 'proxy'].map(name => statusOf(cluster, 'app', name)));
  const [main, proxy] = ends.map(({ state }) => Date.parse(state.terminated?.finishedAt ?? ''));
  expect(proxy).toBeGreaterThan(main!);
});

test('an init container that fails for good fails its pod, and main never starts', async () => {
  cluster = await createTestCluster({ programs: [demo] });
  const initContainers = [shell('init', 'echo no; exit 3', { terminationMessagePolicy: 'FallbackToLogsOnError' })];
  await cluster.apply(podNamed('app', {}, { initContainers, restartPolicy: 'Never' }));
  await cluster.run(20);
  const { status } = await readPod(cluster, 'app');
  expect(status?.phase).toBe('Failed');
  expect((await statusOf(cluster, 'app', 'init')).state.terminated).toMatchObject({ exitCode: 3, message: 'no\n' });
  expect((await statusOf(cluster, 'app')).state.waiting?.reason).toBe('PodInitializing');
});

test('rules of a container decide by exit code whether it comes back', async () => {
  cluster = await createTestCluster({ programs: [demo] });
  const rules = {
    restartPolicy: 'Never' as const,
    restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In' as const, values: [42] } }],
  };
  await cluster.apply(
    podNamed('again', { ...shell('main', 'sleep 1; exit 42'), ...rules }, { restartPolicy: 'Never' }),
  );
  await cluster.apply(podNamed('once', { ...shell('main', 'sleep 1; exit 41'), ...rules }, { restartPolicy: 'Never' }));
  await cluster.run(30);
  expect((await statusOf(cluster, 'again')).restartCount).toBeGreaterThan(1);
  expect((await readPod(cluster, 'again')).status?.phase).toBe('Running');
  expect((await readPod(cluster, 'once')).status?.phase).toBe('Failed');
});

test('a hook that fails after the start ends the container', async () => {
  cluster = await createTestCluster({ programs: [demo] });
  const lifecycle = { postStart: { exec: { command: ['sh', '-c', 'echo bad; exit 1'] } } };
  await cluster.apply(podNamed('app', { lifecycle }, { terminationGracePeriodSeconds: 2 }));
  await cluster.run(8);
  const story = await storyOf(cluster, 'app');
  expect(story).toContain('FailedPostStartHook: PostStartHook failed');
  expect(story).toContain('Killing: FailedPostStartHook');
  const { state, lastState } = await statusOf(cluster, 'app');
  const reasons = [state.waiting?.reason, lastState.terminated?.reason];
  expect(reasons[1]).toBe('Completed');
  expect(['PostStartHookError', 'CrashLoopBackOff']).toContain(reasons[0]);
});

const stubborn: ProgramInput = { ...demo, commands: {}, behaviour: { stops: 'ignores' } };

test.each([
  ['sleeps for part of the grace', { sleep: { seconds: 5 } }, demo, 5, 0],
  ['runs for longer than the grace', { exec: { command: ['sh', '-c', 'sleep 60'] } }, demo, 10, 0],
  ['is short, and the program ignores its end', { sleep: { seconds: 2 } }, stubborn, 10, 137],
])(
  'a hook before the stop that %s is waited for within the grace',
  async (_what, preStop, program, seconds, exitCode) => {
    cluster = await createTestCluster({ programs: [program] });
    const pod = podNamed('app', { lifecycle: { preStop } }, { terminationGracePeriodSeconds: 10 });
    await cluster.apply({ ...pod, metadata: { ...pod.metadata, finalizers: ['example.com/hold'] } });
    await cluster.run(10);
    await cluster.client.delete({ resource: 'pods', name: 'app', namespace: 'default' });
    const begin = cluster.clock.now();
    await cluster.run(30);
    const { terminated } = (await statusOf(cluster, 'app')).state;
    expect(terminated?.exitCode).toBe(exitCode);
    // A command that is cut short has failed.
    const hasFailed = (await storyOf(cluster, 'app')).includes('FailedPreStopHook: PreStopHook failed');
    expect(hasFailed).toBe('exec' in preStop);
    const took = (Date.parse(terminated?.finishedAt ?? '') - begin) / 1000;
    expect(took).toBeGreaterThanOrEqual(seconds - 1);
    expect(took).toBeLessThan(seconds + 3.5);
  },
);

test('a probe that has no command to run complains, and kills nobody', async () => {
  cluster = await createTestCluster({ programs: [demo] });
  const livenessProbe = { exec: { command: ['cat', '/tmp/healthy'] }, periodSeconds: 1, failureThreshold: 1 };
  const readinessProbe = { grpc: { port: 9999 }, periodSeconds: 2 };
  await cluster.apply(podNamed('app', { livenessProbe, readinessProbe }));
  await cluster.run(20);
  expect((await statusOf(cluster, 'app')).restartCount).toBe(0);
  const story = (await storyOf(cluster, 'app')).join('\n');
  expect(story).toMatch(
    /Liveness probe errored and resulted in unknown state: rpc error: code = Unknown desc = failed to exec in container: .*exec: "cat": executable file not found in \$PATH/,
  );
  expect(story).toMatch(
    /Readiness probe failed: timeout: failed to connect service "\S+:9999" within 1s: context deadline exceeded/,
  );
});

test('a pod that was deleted while it waited has lost its containers', async () => {
  cluster = await createTestCluster({ programs: [demo] });
  const pod: Pod = podNamed('app', { image: 'registry.example/demo:none' });
  await cluster.apply({ ...pod, metadata: { ...pod.metadata, finalizers: ['example.com/hold'] } });
  await cluster.run(10);
  await cluster.client.delete({ resource: 'pods', name: 'app', namespace: 'default' });
  await cluster.run(10);
  expect((await readPod(cluster, 'app')).status?.phase).toBe('Failed');
  expect((await statusOf(cluster, 'app')).state.terminated).toMatchObject({
    exitCode: 137,
    reason: 'ContainerStatusUnknown',
    message: 'The container could not be located when the pod was terminated',
  });
});
