import type { KubeObject } from '../../../kubernetes/objects.ts';
import { isRecord } from '../../../lib/json.ts';
import type { JsonRecord } from '../json.ts';
import { type Resource, row } from '../resource.ts';

const metricsKey = 'autoscaling.alpha.kubernetes.io/metrics';
const statusKey = 'autoscaling.alpha.kubernetes.io/current-metrics';
const conditionsKey = 'autoscaling.alpha.kubernetes.io/conditions';
const behaviorKey = 'autoscaling.alpha.kubernetes.io/behavior';

interface Autoscaler extends KubeObject {
  spec: JsonRecord & { metrics?: Metric[] | null; behavior?: unknown };
  status?: JsonRecord & { currentMetrics?: Metric[] | null; conditions?: unknown[] | null };
}

interface Metric {
  type: string;
  resource?: { name: string; target?: Amount; current?: Amount };
  [other: string]: unknown;
}

interface Amount {
  type?: string;
  averageUtilization?: number;
  averageValue?: string;
}

/** Autoscalers in their first version, which knows of CPU alone: the rest travels in annotations. */
export function autoscalersView(stored: Resource): Resource {
  return row({
    group: 'autoscaling',
    version: 'v1',
    plural: 'horizontalpodautoscalers',
    kind: 'HorizontalPodAutoscaler',
    shortNames: ['hpa'],
    categories: ['all'],
    subresources: ['status'],
    statusStartsEmpty: true,
    storedAs: {
      resource: stored,
      toStored: object => asStored(object as Autoscaler),
      fromStored: object => asFirst(object as Autoscaler),
    },
    validate: (object, before) =>
      stored.validate(asStored(object as Autoscaler), before && asStored(before as Autoscaler)),
    columns: stored.columns.map(column => ({
      ...column,
      value: (object, now) => column.value(asStored(object as Autoscaler), now),
    })),
  });
}

function isCpu({ type, resource }: Metric, part: 'target' | 'current'): boolean {
  return type === 'Resource' && resource?.name === 'cpu' && resource[part]?.averageUtilization !== undefined;
}

function asFirst(object: Autoscaler): KubeObject {
  const { metrics: given, behavior, ...spec } = object.spec;
  const { currentMetrics: found, conditions, ...status } = object.status ?? {};
  const [metrics, currentMetrics] = [given ?? [], found ?? []];
  const target = metrics.find(metric => isCpu(metric, 'target'))?.resource?.target?.averageUtilization;
  const current = currentMetrics.find(metric => isCpu(metric, 'current'))?.resource?.current?.averageUtilization;
  const others = metrics.filter(metric => !isCpu(metric, 'target'));
  const annotations = {
    ...object.metadata.annotations,
    ...(others.length > 0 ? { [metricsKey]: JSON.stringify(others.map(metric => flattened(metric, 'target'))) } : {}),
    ...(currentMetrics.length > 0
      ? { [statusKey]: JSON.stringify(currentMetrics.map(metric => flattened(metric, 'current'))) }
      : {}),
    ...(conditions && conditions.length > 0 ? { [conditionsKey]: JSON.stringify(conditions) } : {}),
    ...(behavior ? { [behaviorKey]: JSON.stringify(behavior) } : {}),
  };
  return {
    ...object,
    apiVersion: 'autoscaling/v1',
    metadata: { ...object.metadata, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) },
    spec: { ...spec, ...(target === undefined ? {} : { targetCPUUtilizationPercentage: target }) },
    ...(object.status
      ? { status: { ...status, ...(current === undefined ? {} : { currentCPUUtilizationPercentage: current }) } }
      : {}),
  } as KubeObject;
}

/** The older form of a metric has its target beside its name: `targetAverageUtilization`. */
function flattened({ type, ...metric }: Metric, part: 'target' | 'current'): JsonRecord {
  const { resource } = metric;
  if (type !== 'Resource' || !isRecord(resource)) return { type, ...metric };
  const { averageUtilization, averageValue } = resource[part] ?? {};
  return {
    type,
    resource: {
      name: resource.name,
      ...(averageUtilization === undefined ? {} : { [`${part}AverageUtilization`]: averageUtilization }),
      ...(averageValue === undefined ? {} : { [`${part}AverageValue`]: averageValue }),
    },
  };
}

function asStored(object: Autoscaler): KubeObject {
  const {
    [metricsKey]: metrics,
    [statusKey]: current,
    [conditionsKey]: conditions,
    [behaviorKey]: behavior,
    ...annotations
  } = object.metadata.annotations ?? {};
  const { targetCPUUtilizationPercentage: target, ...spec } = object.spec;
  const { currentCPUUtilizationPercentage: _, ...status } = object.status ?? {};
  const cpu = {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: target } },
  };
  const all = [...(target === undefined ? [] : [cpu]), ...listIn(metrics).map(metric => unflattened(metric, 'target'))];
  const { annotations: _annotations, ...metadata } = object.metadata;
  return {
    ...object,
    apiVersion: 'autoscaling/v2',
    metadata: { ...metadata, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) },
    spec: {
      ...spec,
      ...(all.length > 0 ? { metrics: all } : {}),
      ...(behavior === undefined ? {} : { behavior: JSON.parse(behavior) as unknown }),
    },
    ...(object.status
      ? {
          status: {
            ...status,
            currentMetrics: listIn(current).map(metric => unflattened(metric, 'current')),
            conditions: listIn(conditions),
          },
        }
      : {}),
  } as KubeObject;
}

function listIn(text: string | undefined): unknown[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function unflattened(metric: unknown, part: 'target' | 'current'): unknown {
  if (!isRecord(metric) || !isRecord(metric['resource'])) return metric;
  const {
    name,
    [`${part}AverageUtilization`]: averageUtilization,
    [`${part}AverageValue`]: averageValue,
  } = metric['resource'];
  const type = averageUtilization === undefined ? 'AverageValue' : 'Utilization';
  return {
    type: metric['type'],
    resource: {
      name,
      [part]: {
        ...(part === 'target' ? { type } : {}),
        ...(averageUtilization === undefined ? {} : { averageUtilization }),
        ...(averageValue === undefined ? {} : { averageValue }),
      },
    },
  };
}
