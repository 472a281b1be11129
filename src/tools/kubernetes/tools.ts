import { checkNodeCapacity } from './check_node_capacity.ts';
import { checkResourceQuotas } from './check_resource_quotas.ts';
import { checkScalingFeasibility } from './check_scaling_feasibility.ts';
import { getConfig } from './get_config.ts';
import { getDeploymentHistory } from './get_deployment_history.ts';
import { getHpaStatus } from './get_hpa_status.ts';
import { getNetworkPolicies } from './get_network_policies.ts';
import { getNode } from './get_node.ts';
import { getPodLogs } from './get_pod_logs.ts';
import { getPodStatus } from './get_pod_status.ts';
import { getResource } from './get_resource.ts';
import { getService } from './get_service.ts';
import { getUsage } from './get_usage.ts';
import { getVolumeClaims } from './get_volume_claims.ts';
import { getWorkload } from './get_workload.ts';
import { listEvents } from './list_events.ts';
import { listPods } from './list_pods.ts';
import { listRelatedAlerts } from './list_related_alerts.ts';
import { queryPrometheus } from './query_prometheus.ts';
import { readMore } from './read_more.ts';
import type { Tool } from './tool.ts';

/** All that the built-in server offers, in the order in which a model reads it. */
export const tools: readonly Tool[] = [
  getPodStatus,
  listPods,
  getPodLogs,
  listEvents,
  listRelatedAlerts,
  getDeploymentHistory,
  getWorkload,
  getService,
  getNetworkPolicies,
  getConfig,
  getVolumeClaims,
  getNode,
  checkNodeCapacity,
  checkResourceQuotas,
  getHpaStatus,
  getUsage,
  checkScalingFeasibility,
  queryPrometheus,
  getResource,
  readMore,
];
