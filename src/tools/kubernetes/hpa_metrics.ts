import type {
  HorizontalPodAutoscaler,
  MetricSpec,
  MetricTarget,
  MetricValue,
} from '../../kubernetes/kinds/autoscaling.ts';
import { formatBytes, parseQuantity } from '../../kubernetes/quantity.ts';

/** One metric of an autoscaler: what it is, and how far it is from its target. */
export interface MetricReading {
  /** "cpu", "queue_depth". */
  name: string;
  text: string;
  /** Now, as a multiple of the target; `undefined` when it could not be read. */
  ratio: number | undefined;
}

/** As the wire has it: each type has its own field. */
type Measured = { current?: MetricValue; metric?: { name: string }; name?: string; container?: string };
type MetricNow = { type: string } & Partial<Record<string, Measured | string>>;

export function metricReadings({ spec, status }: HorizontalPodAutoscaler): MetricReading[] {
  const now = (status?.currentMetrics ?? []) as unknown as MetricNow[];
  return (spec.metrics ?? []).map(metric => {
    const { name, what, target } = describe(metric);
    const current = now.map(each => currentOf(each, metric)).find(value => value !== undefined);
    return readingOf({ name, what, target }, current);
  });
}

interface Described {
  name: string;
  what: string;
  target: MetricTarget;
}

function describe({ resource, containerResource, pods, object, external }: MetricSpec): Described {
  if (resource) return { name: resource.name, what: resource.name, target: resource.target };
  if (containerResource) {
    const { name, container, target } = containerResource;
    return { name, what: `${name} of container ${container}`, target };
  }
  if (pods) return { name: pods.metric.name, what: pods.metric.name, target: pods.target };
  if (object) {
    const { metric, describedObject, target } = object;
    return { name: metric.name, what: `${metric.name} of ${describedObject.kind} ${describedObject.name}`, target };
  }
  const name = external?.metric.name ?? 'unknown metric';
  return { name, what: `${name} (external)`, target: external?.target ?? { type: 'Value' } };
}

const fields: Record<MetricSpec['type'], string> = {
  Resource: 'resource',
  ContainerResource: 'containerResource',
  Pods: 'pods',
  Object: 'object',
  External: 'external',
};

/** What was measured for this metric, when this entry is about it. */
function currentOf(now: MetricNow, metric: MetricSpec): MetricValue | undefined {
  const measured = now[fields[metric.type]];
  if (now.type !== metric.type || typeof measured !== 'object') return undefined;
  const wanted = metric.resource?.name ?? metric.containerResource?.name ?? describe(metric).name;
  const sameContainer = measured.container === metric.containerResource?.container;
  return (measured.name ?? measured.metric?.name) === wanted && sameContainer ? measured.current : undefined;
}

function readingOf({ name, what, target }: Described, current: MetricValue | undefined): MetricReading {
  const aim = targetText(name, target);
  const part = partOf(target);
  const [now, wanted] = [numberOf(current?.[part]), numberOf(target[part])];
  if (now === undefined) return { name, ratio: undefined, text: `${what}: could NOT be read, target ${aim}` };
  const text = `${what}: ${amountText(name, current?.[part])}${unitOf(part)} now, target ${aim}`;
  return { name, text, ratio: wanted ? now / wanted : undefined };
}

function partOf({ averageUtilization, averageValue }: MetricTarget): keyof MetricValue {
  if (averageUtilization !== undefined) return 'averageUtilization';
  return averageValue === undefined ? 'value' : 'averageValue';
}

function targetText(name: string, target: MetricTarget): string {
  const part = partOf(target);
  return `${amountText(name, target[part])}${part === 'averageUtilization' ? '%' : ''}`;
}

function unitOf(part: keyof MetricValue): string {
  if (part === 'averageUtilization') return '% of the requests';
  return part === 'averageValue' ? ' per pod' : '';
}

function numberOf(value: string | number | undefined): number | undefined {
  return value === undefined ? undefined : parseQuantity(String(value));
}

/** Bytes readable, everything else as it is written, but "12300m" as 12.3. */
function amountText(name: string, value: string | number | undefined): string {
  const number = numberOf(value);
  if (number === undefined) return 'nothing';
  if (name === 'memory' && typeof value === 'string') return formatBytes(number);
  return typeof value === 'string' && name === 'cpu' ? value : `${Math.round(number * 100) / 100}`;
}
