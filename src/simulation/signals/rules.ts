import { clusterRules } from './rules/cluster.ts';
import { podRules } from './rules/pods.ts';
import { requestRules } from './rules/requests.ts';
import type { AlertRule } from './rules/rule.ts';
import { workloadRules } from './rules/workloads.ts';

/**
 * The alerts of kube-prometheus that concern workloads and nodes, and some about requests: their names and labels, our
 * words, and less patience. deploy/rules has the same for Prometheus; a test holds them together.
 */
export const alertRules: readonly AlertRule[] = [...podRules, ...workloadRules, ...clusterRules, ...requestRules];
