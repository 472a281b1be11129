import type { Clock } from '../../lib/clock.ts';
import type { ApiClient } from '../api/client.ts';
import { createHorizontalPodAutoscaler } from './autoscaling/horizontal_pod_autoscaler.ts';
import { type Caches, createCaches } from './cache.ts';
import { createClusterRoleAggregation } from './cluster_role_aggregation.ts';
import { createCronJobController } from './cronjob.ts';
import { createDaemonSetController } from './daemonset.ts';
import { createDeploymentController } from './deployment.ts';
import { createDisruptionController } from './disruption.ts';
import { createEndpointsController } from './endpoints/endpoints.ts';
import { createEventExpiry } from './event_expiry.ts';
import { createGarbageCollector } from './garbage_collector.ts';
import { createJobController } from './job.ts';
import { createJobExpiry } from './job_ttl.ts';
import { createNamespaceController } from './namespace.ts';
import { createNodeLifecycle } from './nodes/node_lifecycle.ts';
import { createTaintEviction } from './nodes/taint_eviction.ts';
import { createPodGarbageCollector } from './pod_garbage_collector.ts';
import { createReplicaSetController } from './replicaset.ts';
import { createResourceQuotaController } from './resource_quota.ts';
import { createServiceAccountController } from './service_account.ts';
import { createStatefulSetController } from './statefulset.ts';
import { createVolumeBinder } from './volumes/binder.ts';
import { createVolumeExpander } from './volumes/expander.ts';
import { createVolumeProtection } from './volumes/protection.ts';
import { createProvisioner } from './volumes/provisioner.ts';

export interface ControllerDeps {
  client: ApiClient;
  clock: Clock;
  caches: Caches;
}

/** Everything that a controller manager runs. */
const controllers: readonly ((deps: ControllerDeps) => { stop(): void })[] = [
  createDeploymentController,
  createReplicaSetController,
  createStatefulSetController,
  createDaemonSetController,
  createJobController,
  createCronJobController,
  createJobExpiry,
  createGarbageCollector,
  createPodGarbageCollector,
  createNamespaceController,
  createEventExpiry,
  createDisruptionController,
  createResourceQuotaController,
  createServiceAccountController,
  createClusterRoleAggregation,
  createEndpointsController,
  createHorizontalPodAutoscaler,
  createVolumeBinder,
  createProvisioner,
  createVolumeProtection,
  createVolumeExpander,
  createNodeLifecycle,
  createTaintEviction,
];

export function startControllers(deps: Omit<ControllerDeps, 'caches'>): { stop(): void } {
  const caches = createCaches(deps.client);
  const started = controllers.map(start => start({ ...deps, caches }));
  return {
    stop() {
      for (const controller of started) controller.stop();
      caches.stop();
    },
  };
}
