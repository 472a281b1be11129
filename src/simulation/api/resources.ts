import { definitionResource } from './custom_resources/definition_resource.ts';
import type { Resource } from './resource.ts';
import { appsResources } from './resources/apps.ts';
import { autoscalingResources } from './resources/autoscaling.ts';
import { autoscalersView } from './resources/autoscaling_view.ts';
import { batchResources } from './resources/batch.ts';
import { coordinationResources } from './resources/coordination.ts';
import { coreResources } from './resources/core.ts';
import { discoveryResources } from './resources/discovery.ts';
import { eventsView } from './resources/events_view.ts';
import { networkingResources } from './resources/networking.ts';
import { policyResources } from './resources/policy.ts';
import { rbacResources } from './resources/rbac.ts';
import { reviewResources } from './resources/reviews.ts';
import { schedulingResources } from './resources/scheduling.ts';
import { storageResources } from './resources/storage.ts';
import { addressResources, bindingResource, componentStatusResource } from './resources/unstored.ts';
import { qualifiedName } from './status_error.ts';

/** Every kind that a server serves from the start. Adding one is adding a row in its group's file. */
const builtInResources: readonly Resource[] = [
  ...coreResources,
  ...appsResources,
  ...batchResources,
  ...autoscalingResources,
  ...policyResources,
  ...networkingResources,
  ...storageResources,
  ...schedulingResources,
  ...rbacResources,
  ...reviewResources,
  ...coordinationResources,
  ...discoveryResources,
  definitionResource,
  eventsView(rowOf(coreResources, 'events')),
  autoscalersView(rowOf(autoscalingResources, 'horizontalpodautoscalers')),
  bindingResource,
  componentStatusResource,
  ...addressResources,
];

function rowOf(rows: readonly Resource[], plural: string): Resource {
  const found = rows.find(resource => resource.plural === plural);
  if (!found) throw new Error(`expected a row for ${plural}, got none`);
  return found;
}

/** The kinds that one server serves: those that it is built with, and those that custom resource definitions add. */
export interface Registry {
  all(): readonly Resource[];
  /** By plural name, with the group when it isn't the core: `pods`, `deployments.apps`. Of several versions, the first. */
  find(name: string): Resource | undefined;
  add(resource: Resource): void;
  remove(resource: Resource): void;
}

export function createRegistry(builtIn: readonly Resource[] = builtInResources): Registry {
  const byVersion = new Map(builtIn.map(resource => [keyOf(resource), resource]));
  let all: Resource[] = [];
  let byName = new Map<string, Resource>();

  function settle(): void {
    all = [...byVersion.values()];
    byName = new Map(all.toReversed().map(resource => [qualifiedName(resource), resource]));
  }

  settle();
  return {
    all: () => all,
    find: name => byName.get(name),
    add(resource) {
      byVersion.set(keyOf(resource), resource);
      settle();
    },
    remove(resource) {
      byVersion.delete(keyOf(resource));
      settle();
    },
  };
}

function keyOf(resource: Resource): string {
  return `${qualifiedName(resource)}/${resource.version}`;
}

export function apiVersionOf(resource: { group: string; version: string }): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}
