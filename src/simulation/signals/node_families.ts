import type { Node, Pod } from '../../kubernetes/objects.ts';
import { parseQuantity } from '../../kubernetes/quantity.ts';
import { type Column, type Family, gauge, type Labels, oneIf, table } from './exposition.ts';
import type { ContainerMeter, Meters } from './meters.ts';

type ContainerPlace = Pick<ContainerMeter, 'namespace' | 'pod' | 'podUid' | 'container' | 'node'>;

interface Measured {
  meter: ContainerMeter;
  labels: Labels;
}

/** What cAdvisor says about the containers of all nodes, under its names and labels, and of which node. */
export function cadvisorFamilies(
  { containers: measure, kills }: Pick<Meters, 'containers' | 'kills'>,
  { pods, nodes }: { pods: readonly Pod[]; nodes: readonly Node[] },
): Family[] {
  const podOf = new Map(pods.map(pod => [pod.metadata.uid, pod]));
  const containers = measure().map(meter => ({ meter, labels: labelsOf(meter, podOf.get(meter.podUid)) }));
  const all = [...containers, ...podTotals(containers)];
  const limited = containers.filter(({ meter }) => meter.cpuLimit !== undefined);
  return [
    ...table(all, ({ labels }) => ({ ...labels, cpu: 'total' }), [
      [
        'container_cpu_usage_seconds_total',
        'Cumulative cpu time consumed in seconds.',
        ({ meter }) => meter.cpuSeconds,
      ],
    ]),
    ...table(limited, ({ labels }) => labels, limitColumns),
    ...table(all, ({ labels }) => labels, columns),
    oomFamily(all, pods, kills),
    ...table(nodes, ({ metadata }) => ({ node: metadata.name }), [
      [
        'machine_cpu_cores',
        'Number of logical CPU cores.',
        ({ status }) => parseQuantity(status?.capacity?.['cpu'] ?? ''),
      ],
      [
        'machine_memory_bytes',
        'Amount of memory installed on the machine.',
        ({ status }) => parseQuantity(status?.capacity?.['memory'] ?? ''),
      ],
    ]),
    gauge(
      'container_scrape_error',
      '1 if there was an error while getting container metrics, 0 otherwise',
      nodes.map(({ metadata }) => ({ labels: { node: metadata.name }, value: oneIf(false) })),
    ),
  ];
}

const limitColumns: Column<Measured>[] = [
  ['container_cpu_cfs_periods_total', 'Number of elapsed enforcement period intervals.', ({ meter }) => meter.periods],
  [
    'container_cpu_cfs_throttled_periods_total',
    'Number of throttled period intervals.',
    ({ meter }) => meter.throttledPeriods,
  ],
  [
    'container_spec_cpu_quota',
    'CPU quota of the container.',
    ({ meter }) => Math.round((meter.cpuLimit ?? 0) * 100_000),
  ],
];

const columns: Column<Measured>[] = [
  ['container_memory_working_set_bytes', 'Current working set in bytes.', ({ meter }) => meter.memoryBytes],
  ['container_memory_rss', 'Size of RSS in bytes.', ({ meter }) => Math.round(meter.memoryBytes * 0.92)],
  ['container_memory_usage_bytes', 'Current memory usage in bytes.', ({ meter }) => meter.memoryBytes],
  ['container_spec_cpu_period', 'CPU period of the container.', () => 100_000],
  ['container_spec_memory_limit_bytes', 'Memory limit for the container.', ({ meter }) => meter.memoryLimit ?? 0],
  [
    'container_start_time_seconds',
    'Start time of the container since unix epoch in seconds.',
    ({ meter }) => meter.startedAt / 1000,
  ],
];

function labelsOf({ namespace, pod, podUid, container, node }: ContainerPlace, object: Pod | undefined): Labels {
  const statuses = [...(object?.status?.containerStatuses ?? []), ...(object?.status?.initContainerStatuses ?? [])];
  const status = statuses.find(({ name }) => name === container);
  const name = (status?.containerID ?? '').replace(/^.*\/\//, '');
  const id = `${cgroupOf(podUid, object)}/${name}`;
  return { container, id, image: status?.image ?? '', name, namespace, pod, node };
}

/** Also of containers that wait to be started again: they are the ones that one asks about. */
function oomFamily(measured: readonly Measured[], pods: readonly Pod[], kills: Meters['kills']): Family {
  const running = measured.map(({ meter, labels }) => ({ labels, value: meter.outOfMemory }));
  const isMeasured = new Set(measured.map(({ meter }) => `${meter.podUid} ${meter.container}`));
  const waiting = pods.flatMap(pod => {
    const { uid: podUid = '', namespace = '', name } = pod.metadata;
    return pod.spec.containers.flatMap(({ name: container }) => {
      const value = kills(podUid, container);
      if (value === 0 || isMeasured.has(`${podUid} ${container}`)) return [];
      const who = { namespace, pod: name, podUid, container, node: pod.spec.nodeName ?? '' };
      return [{ labels: labelsOf(who, pod), value }];
    });
  });
  const help = 'Count of out of memory events observed for the container';
  return { name: 'container_oom_events_total', help, type: 'counter', samples: [...running, ...waiting] };
}

function cgroupOf(podUid: string, pod: Pod | undefined): string {
  const quality = { BestEffort: '/besteffort', Burstable: '/burstable' }[pod?.status?.qosClass ?? ''] ?? '';
  return `/kubepods${quality}/pod${podUid}`;
}

/** The cgroup of a pod holds what its containers use. */
function podTotals(containers: readonly Measured[]): Measured[] {
  const totals = new Map<string, Measured>();
  for (const { meter, labels } of containers) {
    const id = (labels['id'] ?? '').replace(/\/[^/]*$/, '');
    const total = totals.get(id);
    if (!total) {
      totals.set(id, {
        meter: { ...meter, container: '' },
        labels: { ...labels, container: '', id, image: '', name: '' },
      });
      continue;
    }
    total.meter.cpuSeconds += meter.cpuSeconds;
    total.meter.memoryBytes += meter.memoryBytes;
    total.meter.outOfMemory += meter.outOfMemory;
    total.meter.startedAt = Math.min(total.meter.startedAt, meter.startedAt);
    const limits = [total.meter.memoryLimit, meter.memoryLimit];
    total.meter.memoryLimit = limits.includes(undefined) ? undefined : (limits[0] ?? 0) + (limits[1] ?? 0);
  }
  return [...totals.values()];
}
