import type { Condition, KubeObject, LabelSelector } from '../objects.ts';

/** Wire types of what scales workloads, and of the usage that it goes by. */

export interface HorizontalPodAutoscaler extends KubeObject {
  spec: {
    scaleTargetRef: ScaleTarget;
    minReplicas?: number;
    maxReplicas: number;
    metrics?: MetricSpec[];
    behavior?: { scaleUp?: ScalingRules; scaleDown?: ScalingRules };
  };
  status?: HorizontalPodAutoscalerStatus;
}

export interface HorizontalPodAutoscalerStatus {
  observedGeneration?: number;
  lastScaleTime?: string;
  currentReplicas?: number;
  desiredReplicas: number;
  currentMetrics?: MetricStatus[] | null;
  conditions?: Condition[];
}

export interface ScaleTarget {
  apiVersion?: string;
  kind: string;
  name: string;
}

export interface MetricIdentifier {
  name: string;
  selector?: LabelSelector;
}

export interface MetricTarget {
  type: 'Utilization' | 'Value' | 'AverageValue';
  value?: string;
  averageValue?: string;
  averageUtilization?: number;
}

export interface MetricSpec {
  type: 'Object' | 'Pods' | 'Resource' | 'ContainerResource' | 'External';
  object?: { describedObject: ScaleTarget; target: MetricTarget; metric: MetricIdentifier };
  pods?: { metric: MetricIdentifier; target: MetricTarget };
  resource?: { name: string; target: MetricTarget };
  containerResource?: { name: string; container: string; target: MetricTarget };
  external?: { metric: MetricIdentifier; target: MetricTarget };
}

export interface MetricValue {
  value?: string;
  averageValue?: string;
  averageUtilization?: number;
}

/** What a metric was when it was last read; a metric that couldn't be read has an empty type. */
export interface MetricStatus {
  type: MetricSpec['type'] | '';
  resource?: { name: string; current: MetricValue };
  containerResource?: { name: string; container: string; current: MetricValue };
}

export interface ScalingRules {
  stabilizationWindowSeconds?: number;
  selectPolicy?: 'Max' | 'Min' | 'Disabled';
  policies?: ScalingPolicy[];
  tolerance?: string;
}

export interface ScalingPolicy {
  type: 'Pods' | 'Percent';
  value: number;
  periodSeconds: number;
}

/** What a pod uses, from metrics.k8s.io. */
export interface PodMetrics extends KubeObject {
  timestamp: string;
  window: string;
  containers: { name: string; usage: Record<string, string> }[];
}

export interface NodeMetrics extends KubeObject {
  timestamp: string;
  window: string;
  usage: Record<string, string>;
}
