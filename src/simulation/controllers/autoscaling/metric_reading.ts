import type {
  HorizontalPodAutoscaler,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValue,
} from '../../../kubernetes/kinds/autoscaling.ts';
import type { LabelSelector, Pod } from '../../../kubernetes/objects.ts';
import { parseQuantity } from '../../../kubernetes/quantity.ts';
import type { ApiClient } from '../../api/client.ts';
import { readUsage } from './pod_usage.ts';
import { milliOf, quantityOf } from './quantities.ts';
import { countReplicas, type Tolerances } from './replica_count.ts';

/** What one metric asks for, or why it can't be told. `reason` names the kind of metric that failed. */
export type Reading =
  | { replicas: number; name: string; status: MetricStatus }
  | { reason: string; error: string; context: string };

export interface ReadingDeps {
  client: ApiClient;
  autoscaler: HorizontalPodAutoscaler;
  selector: string;
  pods: readonly Pod[];
  replicas: number;
  now: number;
}

const defaultTolerance = 0.1;

/** Reads one metric of an autoscaler. The embedded cluster has resource metrics; for others nothing is installed. */
export async function readMetric(deps: ReadingDeps, spec: MetricSpec): Promise<Reading> {
  if (spec.resource) return readResource(deps, 'Resource', spec.resource);
  if (spec.containerResource) return readResource(deps, 'ContainerResource', spec.containerResource);
  const { namespace = '' } = deps.autoscaler.metadata;
  const noCustom =
    'unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered';
  if (spec.pods) {
    const error = `unable to get metric ${spec.pods.metric.name}: ${noCustom}`;
    return { reason: 'FailedGetPodsMetric', error, context: 'failed to get pods metric value' };
  }
  if (spec.object) {
    const { metric, describedObject, target } = spec.object;
    // The order of words is the real one.
    const { kind, name } = describedObject;
    const error = `unable to get metric ${metric.name}: ${kind} on ${namespace} ${name}/${noCustom}`;
    const prefix = target.type === 'AverageValue' ? `failed to get ${metric.name} object metric: ` : '';
    return {
      reason: 'FailedGetObjectMetric',
      error,
      context: `failed to get object metric value${prefix && `: ${prefix.slice(0, -2)}`}`,
    };
  }
  if (spec.external) {
    const { name, selector } = spec.external.metric;
    const what = `${namespace}/${name}/${selectorAsGo(selector)}`;
    const why = `the server could not find the requested resource (get ${name}.external.metrics.k8s.io)`;
    const error = `unable to get external metric ${what}: unable to fetch metrics from external metrics API: ${why}`;
    const kind = spec.external.target.averageValue ? `${name} external metric` : `external metric ${name}`;
    return {
      reason: 'FailedGetExternalMetric',
      error,
      context: `failed to get ${name} external metric value: failed to get ${kind}`,
    };
  }
  const error = `unknown metric source type "${spec.type}"`;
  return { reason: 'InvalidMetricSourceType', error, context: '' };
}

async function readResource(
  { client, autoscaler, selector, pods, replicas, now }: ReadingDeps,
  type: 'Resource' | 'ContainerResource',
  source: { name: string; container?: string; target: MetricTarget },
): Promise<Reading> {
  const { name: resource, container, target } = source;
  const { averageValue, averageUtilization } = target;
  const context = `failed to get ${container ?? resource} ${container ? 'container' : 'resource'} metric value`;
  const failed = (error: string) => ({ reason: `FailedGet${type}Metric`, error, context });
  if (averageValue === undefined && averageUtilization === undefined) {
    return failed(
      'invalid resource metric source: neither an average utilization target nor an average value (usage) target was set',
    );
  }
  const prefix = `failed to get ${resource} ${averageValue === undefined ? 'utilization' : 'usage'}`;
  const only = container === undefined ? {} : { container };
  const namespace = autoscaler.metadata.namespace ?? '';
  const usage = await readUsage(client, { namespace, selector, resource, ...only });
  if ('error' in usage) return failed(`${prefix}: unable to get metrics for resource ${resource}: ${usage.error}`);
  const tolerances = tolerancesOf(autoscaler);
  const wanted =
    averageValue === undefined ? { utilization: averageUtilization ?? 0 } : { value: milliOf(averageValue) };
  const count = countReplicas({ pods, usage, resource, ...only, target: wanted, tolerances, replicas, now });
  if ('error' in count) return failed(`${prefix}: ${count.error}`);
  const current: MetricValue = {
    averageValue: quantityOf(count.value, resource),
    ...(count.utilization === undefined ? {} : { averageUtilization: count.utilization }),
  };
  const status: MetricStatus =
    container === undefined
      ? { type, resource: { name: resource, current } }
      : { type, containerResource: { name: resource, container, current } };
  const kind = type === 'Resource' ? 'resource' : 'container resource';
  const name = `${resource} ${averageValue === undefined ? `${kind} utilization (percentage of request)` : 'resource'}`;
  return { replicas: count.replicas, name, status };
}

function tolerancesOf({ spec }: HorizontalPodAutoscaler): Tolerances {
  const { scaleUp, scaleDown } = spec.behavior ?? {};
  const tolerance = (text: string | undefined) => (text === undefined ? defaultTolerance : (parseQuantity(text) ?? 0));
  return { up: tolerance(scaleUp?.tolerance), down: tolerance(scaleDown?.tolerance) };
}

/** As the controller prints it into its messages. */
function selectorAsGo(selector: LabelSelector | undefined): string {
  if (!selector) return 'nil';
  const labels = Object.entries(selector.matchLabels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const map = labels.map(([key, value]) => `${key}: ${value},`).join('');
  const expressions = (selector.matchExpressions ?? []).map(
    ({ key, operator, values = [] }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
  );
  const list = expressions.join('');
  return `&LabelSelector{MatchLabels:map[string]string{${map}},MatchExpressions:[]LabelSelectorRequirement{${list}},}`;
}
