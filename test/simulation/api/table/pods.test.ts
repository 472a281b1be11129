import { expect, test } from 'vitest';
import type { ContainerStatus, Pod, PodStatus } from '../../../../src/kubernetes/objects.ts';
import { duration } from '../../../../src/simulation/api/table/column.ts';
import { podColumns } from '../../../../src/simulation/api/table/pods.ts';
import { pod } from '../fixtures.ts';

function container(part: Partial<ContainerStatus>): ContainerStatus {
  return { name: 'app', image: 'x', imageID: '', ready: false, restartCount: 0, state: {}, lastState: {}, ...part };
}

function shown(status: PodStatus, metadata: Partial<Pod['metadata']> = {}): unknown {
  const given = pod('web');
  const spec = {
    ...given.spec,
    initContainers: status.initContainerStatuses?.map(({ name }) => ({ name, image: 'x' })) ?? [],
  };
  const column = podColumns.find(({ name }) => name === 'Status');
  return column?.value({ ...given, metadata: { ...given.metadata, ...metadata }, spec, status }, 0);
}

const running = { running: { startedAt: '2026-03-01T12:00:00Z' } };

test.each<[string, PodStatus]>([
  ['Pending', { phase: 'Pending' }],
  ['Evicted', { phase: 'Failed', reason: 'Evicted' }],
  [
    'ContainerCreating',
    { phase: 'Pending', containerStatuses: [container({ state: { waiting: { reason: 'ContainerCreating' } } })] },
  ],
  [
    'ImagePullBackOff',
    { phase: 'Pending', containerStatuses: [container({ state: { waiting: { reason: 'ImagePullBackOff' } } })] },
  ],
  [
    'OOMKilled',
    {
      phase: 'Running',
      containerStatuses: [container({ state: { terminated: { exitCode: 137, reason: 'OOMKilled' } } })],
    },
  ],
  [
    'Signal:9',
    {
      phase: 'Running',
      containerStatuses: [container({ state: { terminated: { exitCode: 137, reason: '', signal: 9 } } })],
    },
  ],
  ['Running', { phase: 'Running', containerStatuses: [container({ ready: true, state: running })] }],
  ['Init:0/1', { phase: 'Pending', initContainerStatuses: [container({ name: 'init', state: running })] }],
  [
    'Init:CrashLoopBackOff',
    {
      phase: 'Pending',
      initContainerStatuses: [container({ name: 'init', state: { waiting: { reason: 'CrashLoopBackOff' } } })],
    },
  ],
  [
    'Init:Error',
    {
      phase: 'Pending',
      initContainerStatuses: [container({ name: 'init', state: { terminated: { exitCode: 1, reason: 'Error' } } })],
    },
  ],
])('a pod is shown as %s', (word, status) => {
  expect(shown(status)).toBe(word);
});

test('one container that runs and one that is done: NotReady until the pod is ready', () => {
  const containerStatuses = [
    container({ state: { terminated: { exitCode: 0, reason: 'Completed' } } }),
    container({ name: 'side', ready: true, state: running }),
  ];
  expect(shown({ phase: 'Running', containerStatuses })).toBe('NotReady');
  expect(shown({ phase: 'Running', containerStatuses, conditions: [{ type: 'Ready', status: 'True' }] })).toBe(
    'Running',
  );
});

test('a pod that ends is Terminating, unless it is over', () => {
  const ending = { deletionTimestamp: '2026-03-01T12:00:00Z' };
  expect(shown({ phase: 'Running', containerStatuses: [container({ state: running })] }, ending)).toBe('Terminating');
  expect(shown({ phase: 'Failed' }, ending)).toBe('Failed');
});

test.each([
  [0, '0s'],
  [119_000, '119s'],
  [120_000, '2m'],
  [320_000, '5m20s'],
  [45 * 60_000, '45m'],
  [192 * 60_000, '3h12m'],
  [30 * 3_600_000, '30h'],
  [(3 * 24 + 4) * 3_600_000, '3d4h'],
  [20 * 86_400_000, '20d'],
  [(2 * 365 + 40) * 86_400_000, '2y40d'],
  [9 * 365 * 86_400_000, '9y'],
  [-5000, '<invalid>'],
])('%d ms is %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});
