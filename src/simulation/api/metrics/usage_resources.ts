import type { NodeMetrics, PodMetrics } from '../../../kubernetes/kinds/autoscaling.ts';
import { row } from '../resource.ts';
import { column, nameColumn } from '../table/column.ts';

const group = 'metrics.k8s.io';
const version = 'v1beta1';

export const nodeMetricsResource = row<NodeMetrics>({
  group,
  version,
  plural: 'nodes',
  singular: '',
  kind: 'NodeMetrics',
  namespaced: false,
  verbs: ['get', 'list'],
  columns: [
    nameColumn,
    column<NodeMetrics>('cpu', ({ usage }) => usage['cpu'] ?? ''),
    column<NodeMetrics>('memory', ({ usage }) => usage['memory'] ?? ''),
    column<NodeMetrics>('window', ({ window }) => window),
  ],
});

export const podMetricsResource = row<PodMetrics>({
  group,
  version,
  plural: 'pods',
  singular: '',
  kind: 'PodMetrics',
  verbs: ['get', 'list'],
  columns: [
    nameColumn,
    column<PodMetrics>('cpu', ({ containers }) => containers.map(({ usage }) => usage['cpu'] ?? '').join()),
    column<PodMetrics>('memory', ({ containers }) => containers.map(({ usage }) => usage['memory'] ?? '').join()),
    column<PodMetrics>('window', ({ window }) => window),
  ],
});
