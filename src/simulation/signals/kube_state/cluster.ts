import type { PodDisruptionBudget } from '../../../kubernetes/kinds/policy.ts';
import type { Node } from '../../../kubernetes/objects.ts';
import { parseQuantity } from '../../../kubernetes/quantity.ts';
import type { ClusterObjects } from '../cluster_objects.ts';
import { type Column, type Family, gauge, oneIf, type Sample, table } from '../exposition.ts';
import { conditions, named } from './workloads.ts';

/** What kube-state-metrics says about everything that isn't a workload. */
export function clusterFamilies(objects: ClusterObjects): Family[] {
  return [
    ...nodeFamilies(objects.nodes),
    ...namespaceFamilies(objects),
    ...storageFamilies(objects),
    gauge('kube_resourcequota', 'Information about resource quota.', quotaSamples(objects)),
    ...table(objects.budgets, named('poddisruptionbudget'), budgetColumns),
    ...serviceFamilies(objects),
  ];
}

function nodeFamilies(nodes: readonly Node[]): Family[] {
  const of = named('node');
  const resources = (which: 'capacity' | 'allocatable') =>
    nodes.flatMap(node =>
      quantities(node.status?.[which]).map(one => ({ ...one, labels: { ...of(node), ...one.labels } })),
    );
  const taints = nodes.flatMap(node =>
    (node.spec?.taints ?? []).map(({ key, value = '', effect }) => ({
      labels: { ...of(node), key, value, effect },
      value: 1,
    })),
  );
  const info = nodes.map(node => ({
    labels: {
      ...of(node),
      kubelet_version: node.status?.nodeInfo?.['kubeletVersion'] ?? '',
      container_runtime_version: node.status?.nodeInfo?.['containerRuntimeVersion'] ?? '',
      internal_ip: node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '',
      pod_cidr: node.spec?.podCIDR ?? '',
    },
    value: 1,
  }));
  return [
    gauge('kube_node_info', 'Information about a cluster node.', info),
    gauge('kube_node_spec_taint', 'The taint of a cluster node.', taints),
    ...table(nodes, of, [
      [
        'kube_node_spec_unschedulable',
        'Whether a node can schedule new pods.',
        ({ spec }) => oneIf(spec?.unschedulable === true),
      ],
    ]),
    conditions('kube_node_status_condition', nodes, of),
    gauge('kube_node_status_capacity', 'The total amount of resources for a node.', resources('capacity')),
    gauge('kube_node_status_allocatable', 'The amount of resources for pods.', resources('allocatable')),
  ];
}

const unitOf: Record<string, string> = { cpu: 'core', memory: 'byte', 'ephemeral-storage': 'byte' };

function quantities(list: Record<string, string> = {}): Sample[] {
  return Object.entries(list).flatMap(([name, quantity]) => {
    const value = parseQuantity(quantity);
    const labels = { resource: name.replaceAll('-', '_'), unit: unitOf[name] ?? 'integer' };
    return value === undefined ? [] : [{ labels, value }];
  });
}

function namespaceFamilies({ namespaces, configMaps }: ClusterObjects): Family[] {
  const samples = namespaces.flatMap(({ metadata, status }) =>
    ['Active', 'Terminating'].map(phase => ({
      labels: { namespace: metadata.name, phase },
      value: oneIf((status?.phase ?? 'Active') === phase),
    })),
  );
  const info = configMaps.map(map => ({ labels: named('configmap')(map), value: 1 }));
  return [
    gauge('kube_namespace_status_phase', 'kubernetes namespace status phase.', samples),
    gauge('kube_configmap_info', 'Information about configmap.', info),
  ];
}

function storageFamilies({ claims, volumes }: ClusterObjects): Family[] {
  const of = named('persistentvolumeclaim');
  const claimPhases = claims.flatMap(claim =>
    ['Lost', 'Bound', 'Pending'].map(phase => ({
      labels: { ...of(claim), phase },
      value: oneIf((claim.status?.phase ?? 'Pending') === phase),
    })),
  );
  const info = claims.map(claim => ({
    labels: {
      ...of(claim),
      storageclass: claim.spec.storageClassName ?? '',
      volumename: claim.spec.volumeName ?? '',
    },
    value: 1,
  }));
  const volumePhases = volumes.flatMap(({ metadata, status }) =>
    ['Pending', 'Available', 'Bound', 'Released', 'Failed'].map(phase => ({
      labels: { persistentvolume: metadata.name, phase },
      value: oneIf(status?.phase === phase),
    })),
  );
  return [
    gauge('kube_persistentvolumeclaim_info', 'Information about persistent volume claim.', info),
    gauge('kube_persistentvolumeclaim_status_phase', 'The phase the claim is in.', claimPhases),
    ...table(claims, of, [
      [
        'kube_persistentvolumeclaim_resource_requests_storage_bytes',
        'The capacity of storage requested.',
        ({ spec }) => parseQuantity(spec.resources?.requests?.['storage'] ?? ''),
      ],
    ]),
    gauge('kube_persistentvolume_status_phase', 'The phase the volume is in.', volumePhases),
  ];
}

function quotaSamples({ quotas }: ClusterObjects): Sample[] {
  return quotas.flatMap(quota =>
    (['hard', 'used'] as const).flatMap(type =>
      Object.entries(quota.status?.[type] ?? {}).flatMap(([resource, quantity]) => {
        const value = parseQuantity(quantity);
        const labels = { ...named('resourcequota')(quota), resource, type };
        return value === undefined ? [] : [{ labels, value }];
      }),
    ),
  );
}

const budgetColumns: Column<PodDisruptionBudget>[] = [
  [
    'kube_poddisruptionbudget_status_current_healthy',
    'Current number of healthy pods',
    ({ status }) => status?.currentHealthy ?? 0,
  ],
  [
    'kube_poddisruptionbudget_status_desired_healthy',
    'Minimum desired number of healthy pods',
    ({ status }) => status?.desiredHealthy ?? 0,
  ],
  [
    'kube_poddisruptionbudget_status_pod_disruptions_allowed',
    'Number of pod disruptions that are currently allowed',
    ({ status }) => status?.disruptionsAllowed ?? 0,
  ],
  ['kube_poddisruptionbudget_status_expected_pods', 'Pods counted.', ({ status }) => status?.expectedPods ?? 0],
];

function serviceFamilies({ services, slices, ingresses }: ClusterObjects): Family[] {
  const info = services.map(service => ({
    labels: {
      ...named('service')(service),
      uid: service.metadata.uid ?? '',
      cluster_ip: service.spec.clusterIP ?? '',
      external_name: service.spec.externalName ?? '',
    },
    value: 1,
  }));
  const addresses = slices.flatMap(({ metadata, endpoints, ports }) =>
    (endpoints ?? []).flatMap(({ addresses: ips, conditions: is }) =>
      ips.flatMap(ip =>
        (ports ?? []).map(({ name = '', port = 0, protocol = 'TCP' }) => ({
          labels: {
            namespace: metadata.namespace ?? '',
            endpoint: metadata.labels?.['kubernetes.io/service-name'] ?? metadata.name,
            ip,
            port_name: name,
            port_number: String(port),
            port_protocol: protocol,
            ready: String(is?.ready !== false),
          },
          value: 1,
        })),
      ),
    ),
  );
  const paths = ingresses.flatMap(ingress =>
    (ingress.spec.rules ?? []).flatMap(({ host = '', http }) =>
      (http?.paths ?? []).map(({ path = '/', backend }) => ({
        labels: {
          ...named('ingress')(ingress),
          host,
          path,
          service_name: backend.service?.name ?? '',
          service_port: String(backend.service?.port?.number ?? backend.service?.port?.name ?? ''),
        },
        value: 1,
      })),
    ),
  );
  return [
    gauge('kube_service_info', 'Information about service.', info),
    gauge('kube_endpoint_address', 'Information about Endpoint available and non available addresses.', addresses),
    gauge('kube_ingress_path', 'Ingress host, paths and backend service information.', paths),
  ];
}
