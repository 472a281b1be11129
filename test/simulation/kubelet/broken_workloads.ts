import type { KubeEvent, Pod } from '../../../src/kubernetes/objects.ts';
import { createTestCluster, type TestCluster } from '../cluster_in_test.ts';
import { demo } from '../demo_program.ts';
import { configMap, podNamed, readPod, secret } from './pods.ts';
import { neutral } from './recording.ts';

/** A workload that is broken in one way, and what a real node makes of it. */
export interface Broken {
  pod: Pod;
  /** What is done before it comes. */
  prepare?: (cluster: TestCluster) => Promise<unknown>;
  /** What is done when it has been there for ten seconds. */
  later?: (cluster: TestCluster) => Promise<unknown>;
  seconds?: number;
  /** Phase, reason and message of the pod. */
  comesTo: string;
  /** Its conditions that aren't true; they are only looked at where they are given. */
  untrue?: string[];
  /** One line of each container, init containers first. */
  containers: string[];
  /** What is said of it, and how often; what the kubelet says at every look may be said a little more or less often. */
  events: Record<string, number>;
}

export const image = 'registry.example/demo:1';
export const present =
  'Container image "registry.example/demo:1" already present on machine and can be accessed by the pod';
export const runtime =
  'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process';

/** What is said of a container that starts so often; the image is there. */
export function started(count: number, name = 'main'): Record<string, number> {
  return {
    [`Normal Pulled ${name}: ${present}`]: count,
    [`Normal Created ${name}: Container created`]: count,
    [`Normal Started ${name}: Container started`]: count,
  };
}

export function backOff(count: number, name = 'main'): Record<string, number> {
  return { [`Warning BackOff ${name}: Back-off restarting failed container ${name} in pod app_NAMESPACE(UID)`]: count };
}

export const scheduled = { 'Normal Scheduled: Successfully assigned NAMESPACE/app to node1': 1 };

export function app(container: Record<string, unknown> = {}, spec: Record<string, unknown> = {}): Pod {
  return podNamed('app', container as Partial<Pod['spec']['containers'][number]>, spec as Partial<Pod['spec']>);
}

/** A pod whose only volume is mounted at /v. */
export function mounting(source: Record<string, unknown>, mount: Record<string, unknown> = {}): Pod {
  return app({ volumeMounts: [{ name: 'v', mountPath: '/v', ...mount }] }, { volumes: [{ name: 'v', ...source }] });
}

export function initContainer(more: Record<string, unknown>): Record<string, unknown> {
  return { initContainers: [{ name: 'init', image, ...more }] };
}

export interface Outcome {
  comesTo: string;
  untrue: string[];
  containers: string[];
  events: Record<string, number>;
}

export async function playBroken({ pod, seconds = 55, prepare, later }: Broken): Promise<Outcome> {
  const cluster = await createTestCluster({ programs: [demo], syncSeconds: 2, images: [image] });
  try {
    cluster.world.setRegistry('127.0.0.1:1', false);
    await cluster.apply(configMap('settings', { a: 'b' }));
    await cluster.apply(secret('keys', { a: 'b' }));
    await cluster.run(1);
    await prepare?.(cluster);
    await cluster.apply(pod);
    await cluster.run(Math.min(seconds, 10));
    await later?.(cluster);
    await cluster.run(Math.max(0, seconds - 10));
    return await outcomeOf(cluster);
  } finally {
    cluster.stop();
  }
}

async function outcomeOf(cluster: TestCluster): Promise<Outcome> {
  const { status } = await readPod(cluster, 'app');
  const {
    phase = 'Unknown',
    reason,
    message,
    initContainerStatuses = [],
    containerStatuses = [],
    conditions = [],
  } = status ?? {};
  const untrue = conditions.filter(one => one.status !== 'True');
  return {
    untrue: untrue.map(one => [one.type, one.reason, one.message && `(${one.message})`].filter(Boolean).join(' ')),
    comesTo: [phase, reason, message && `(${message})`].filter(Boolean).join(' '),
    containers: [...initContainerStatuses, ...containerStatuses].map(
      ({ name, state, lastState, restartCount, ready }) => {
        const last = lastState.terminated ? `, before ${stateText(lastState)}` : '';
        return `${name}: ${stateText(state)}${last}, restarts ${restartCount}${ready ? ', ready' : ''}`;
      },
    ),
    events: counted(await cluster.eventsOf('app')),
  };
}

function stateText({
  waiting,
  terminated,
}: {
  waiting?: { reason: string; message?: string };
  terminated?: { reason: string; exitCode: number; message?: string };
}): string {
  if (waiting) return [waiting.reason, waiting.message && `(${plain(waiting.message)})`].filter(Boolean).join(' ');
  if (!terminated) return 'running';
  const { reason, exitCode, message } = terminated;
  return [`${reason} ${exitCode}`, message && `(${plain(message)})`].filter(Boolean).join(' ');
}

/** Events that differ only in what is made up at random count together. */
function counted(events: KubeEvent[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type, reason, message, count = 1, involvedObject } of events) {
    const [, container] = /\{(.*)\}/.exec(involvedObject.fieldPath ?? '') ?? [];
    const who = container === undefined ? '' : ` ${container}`;
    const key = `${type} ${reason}${who}: ${plain(message.replace('(combined from similar events): ', ''))}`;
    counts[key] = (counts[key] ?? 0) + count;
  }
  return counts;
}

export function plain(message: string): string {
  return neutral(message).replaceAll(/[0-9a-f]{64}/g, 'ID');
}

/** As expected, where a count is near enough. */
export function roundedTo(expected: Record<string, number>, actual: Record<string, number>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(actual).map(([text, count]) => {
      const wanted = expected[text] ?? 0;
      const isAct = /^\w+ (Created|Started|Killing|Pulling|Scheduled)/.test(text);
      const slack = isAct ? 0 : Math.max(2, wanted * 0.3);
      return [text, wanted > 0 && Math.abs(count - wanted) <= slack ? wanted : count];
    }),
  );
}
