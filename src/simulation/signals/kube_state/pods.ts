import type { Condition, ContainerStatus, Pod } from '../../../kubernetes/objects.ts';
import { parseQuantity } from '../../../kubernetes/quantity.ts';
import { type Column, type Family, gauge, type Labels, oneIf, type Sample, secondsAt, table } from '../exposition.ts';

const phases = ['Pending', 'Succeeded', 'Failed', 'Unknown', 'Running'];
const reasons = ['Evicted', 'NodeAffinity', 'NodeLost', 'Shutdown', 'UnexpectedAdmissionError'];

/** What kube-state-metrics says about pods. */
export function podFamilies(pods: readonly Pod[]): Family[] {
  return [
    gauge('kube_pod_info', 'Information about pod.', pods.map(infoOf)),
    gauge('kube_pod_owner', "Information about the Pod's owner.", pods.flatMap(ownersOf)),
    ...table(pods, labelsOf, [
      ['kube_pod_created', 'Unix creation timestamp', ({ metadata }) => secondsAt(metadata.creationTimestamp)],
      ['kube_pod_start_time', 'Start time in unix timestamp for a pod.', ({ status }) => secondsAt(status?.startTime)],
      ['kube_pod_deletion_timestamp', 'Unix deletion timestamp', one => secondsAt(one.metadata.deletionTimestamp)],
      [
        'kube_pod_status_unschedulable',
        'Describes the unschedulable status for the pod.',
        pod => (conditionOf(pod, 'PodScheduled')?.reason === 'Unschedulable' ? 1 : undefined),
      ],
    ]),
    gauge('kube_pod_status_phase', 'The pods current phase.', pods.flatMap(phasesOf)),
    conditionFamily('ready', 'Describes whether the pod is ready to serve requests.', 'Ready', pods),
    conditionFamily('scheduled', 'Describes the status of the scheduling process for the pod.', 'PodScheduled', pods),
    gauge('kube_pod_status_reason', 'The pod status reasons', pods.flatMap(reasonsOf)),
    ...containerFamilies('kube_pod_container', pods, ({ status }) => status?.containerStatuses ?? []),
    ...containerFamilies('kube_pod_init_container', pods, ({ status }) => status?.initContainerStatuses ?? []),
    resourceFamily('requests', 'The number of requested request resource by a container.', pods),
    resourceFamily('limits', 'The number of requested limit resource by a container.', pods),
  ];
}

function labelsOf({ metadata }: Pod): Labels {
  return { namespace: metadata.namespace ?? '', pod: metadata.name, uid: metadata.uid ?? '' };
}

function infoOf(pod: Pod): Sample {
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true);
  const labels = {
    ...labelsOf(pod),
    host_ip: pod.status?.hostIP ?? '',
    pod_ip: pod.status?.podIP ?? '',
    node: pod.spec.nodeName ?? '',
    created_by_kind: owner?.kind ?? '',
    created_by_name: owner?.name ?? '',
    priority_class: (pod.spec as { priorityClassName?: string }).priorityClassName ?? '',
    host_network: String((pod.spec as { hostNetwork?: boolean }).hostNetwork ?? false),
  };
  return { labels, value: 1 };
}

function ownersOf(pod: Pod): Sample[] {
  const owners = pod.metadata.ownerReferences ?? [];
  const none = [{ kind: '', name: '', controller: undefined }];
  return (owners.length > 0 ? owners : none).map(({ kind, name, controller }) => ({
    labels: {
      ...labelsOf(pod),
      owner_kind: kind,
      owner_name: name,
      owner_is_controller: kind === '' ? '' : String(controller === true),
    },
    value: 1,
  }));
}

function phasesOf(pod: Pod): Sample[] {
  const phase = pod.status?.phase ?? 'Pending';
  return phases.map(name => ({ labels: { ...labelsOf(pod), phase: name }, value: oneIf(name === phase) }));
}

function reasonsOf(pod: Pod): Sample[] {
  return reasons.map(reason => ({
    labels: { ...labelsOf(pod), reason },
    value: oneIf(pod.status?.reason === reason),
  }));
}

function conditionOf(pod: Pod, type: string): Condition | undefined {
  return pod.status?.conditions?.find(condition => condition.type === type);
}

function conditionFamily(name: string, help: string, type: string, pods: readonly Pod[]): Family {
  const samples = pods.flatMap(pod => {
    const status = conditionOf(pod, type)?.status;
    if (status === undefined) return [];
    return ['true', 'false', 'unknown'].map(condition => ({
      labels: { ...labelsOf(pod), condition },
      value: oneIf(status.toLowerCase() === condition),
    }));
  });
  return gauge(`kube_pod_status_${name}`, help, samples);
}

interface Seen {
  pod: Pod;
  status: ContainerStatus;
}

function containerFamilies(
  prefix: string,
  pods: readonly Pod[],
  statusesOf: (pod: Pod) => readonly ContainerStatus[],
): Family[] {
  const seen = pods.flatMap(pod => statusesOf(pod).map(status => ({ pod, status })));
  const labels = ({ pod, status }: Seen) => ({ ...labelsOf(pod), container: status.name });
  const why = (name: string, help: string, reasonOf: (status: ContainerStatus) => string | undefined) =>
    gauge(
      `${prefix}_status_${name}`,
      help,
      seen.flatMap(one => {
        const reason = reasonOf(one.status);
        return reason === undefined ? [] : [{ labels: { ...labels(one), reason }, value: 1 }];
      }),
    );
  const info = seen.map(one => ({
    labels: {
      ...labels(one),
      image: one.status.image,
      image_id: one.status.imageID,
      container_id: one.status.containerID ?? '',
    },
    value: 1,
  }));
  return [
    gauge(`${prefix}_info`, 'Information about a container in a pod.', info),
    ...table(seen, labels, stateColumns(prefix)),
    why('waiting_reason', 'The reason the container is in waiting state.', one => one.state.waiting?.reason),
    why('terminated_reason', 'The reason the container is in terminated state.', one => one.state.terminated?.reason),
    why('last_terminated_reason', 'The last reason it was terminated.', one => one.lastState.terminated?.reason),
  ];
}

function stateColumns(prefix: string): Column<Seen>[] {
  return [
    [`${prefix}_status_waiting`, 'Whether the container waits.', one => oneIf(one.status.state.waiting !== undefined)],
    [`${prefix}_status_running`, 'Whether the container runs.', one => oneIf(one.status.state.running !== undefined)],
    [
      `${prefix}_status_terminated`,
      'Whether the container has ended.',
      one => oneIf(one.status.state.terminated !== undefined),
    ],
    [`${prefix}_status_ready`, 'Whether the readiness check succeeded.', one => oneIf(one.status.ready)],
    [`${prefix}_status_restarts_total`, 'How often the container was restarted.', one => one.status.restartCount],
    [
      `${prefix}_status_last_terminated_exitcode`,
      'The exit code of its last end.',
      one => one.status.lastState.terminated?.exitCode,
    ],
    [`${prefix}_state_started`, 'Start time in unix timestamp.', one => secondsAt(one.status.state.running?.startedAt)],
  ];
}

const unitOf: Record<string, string> = { cpu: 'core', memory: 'byte', 'ephemeral-storage': 'byte' };

function resourceFamily(which: 'requests' | 'limits', help: string, pods: readonly Pod[]): Family {
  const samples = pods.flatMap(pod =>
    pod.spec.containers.flatMap(({ name, resources }) =>
      Object.entries(resources?.[which] ?? {}).flatMap(([resource, quantity]) => {
        const value = parseQuantity(quantity);
        if (value === undefined) return [];
        const more = { container: name, node: pod.spec.nodeName ?? '' };
        const unit = unitOf[resource] ?? 'integer';
        return [{ labels: { ...labelsOf(pod), ...more, resource: resource.replaceAll('-', '_'), unit }, value }];
      }),
    ),
  );
  return gauge(`kube_pod_container_resource_${which}`, help, samples);
}
