import type { EndpointSlice, Endpoints } from '../../../kubernetes/kinds/network.ts';
import type { Node, Pod, Service } from '../../../kubernetes/objects.ts';
import { canonicalJson } from '../../../lib/hash.ts';
import { ApiError } from '../../api/client.ts';
import type { ControllerDeps } from '../controllers.ts';
import { createQueue, keyOf, parseKey } from '../queue.ts';
import { createServiceObjects } from './service_objects.ts';
import { choosesPod, choosesPods, endpointState } from './service_pods.ts';
import { addressTypesOf, managedByLabel, serviceNameLabel, sliceController } from './slice_content.ts';
import { planSlices } from './slice_plan.ts';
import { subsetsOf } from './subsets.ts';
import { createTriggerTimes } from './trigger_times.ts';

/** Says of every service which pods stand behind it: in its Endpoints, and in its EndpointSlices. */
export function createEndpointsController({ clock, caches }: ControllerDeps): { stop(): void } {
  const services = caches.of<Service>('services');
  const pods = caches.of<Pod>('pods');
  const nodes = caches.of<Node>('nodes');
  const endpoints = caches.of<Endpoints>('endpoints');
  const slices = caches.of<EndpointSlice>('endpointslices.discovery.k8s.io');
  const write = createServiceObjects({ endpoints, slices });
  const triggers = createTriggerTimes();
  /** Nodes that a pod names and nobody has registered: its endpoints wait for them. */
  const missingNodes = new Set<string>();
  const queue = createQueue(clock, reconcile);
  const stops = [
    services.follow(({ object }) => queue.add(keyOf(object.metadata))),
    endpoints.follow(({ object }) => queue.add(keyOf(object.metadata))),
    slices.follow(({ object: { metadata } }) => {
      const name = metadata.labels?.[serviceNameLabel];
      if (name !== undefined) queue.add(keyOf({ ...metadata, name }));
    }),
    pods.follow(({ type, object, before }) => {
      const isSame = type === 'MODIFIED' && before && endpointState(before) === endpointState(object);
      const isRelabelled = before && canonicalJson(before.metadata.labels) !== canonicalJson(object.metadata.labels);
      if (isSame && !isRelabelled) return;
      enqueueServicesOf(object);
      if (before && isRelabelled) enqueueServicesOf(before);
    }),
    nodes.follow(({ type, object }) => {
      const { name } = object.metadata;
      if (type !== 'ADDED' || !missingNodes.delete(name)) return;
      for (const pod of pods.all()) if (pod.spec.nodeName === name) enqueueServicesOf(pod);
    }),
  ];

  function enqueueServicesOf(pod: Pod): void {
    for (const service of services.within(pod.metadata.namespace ?? '')) {
      if (choosesPods(service) && choosesPod(service, pod)) queue.add(keyOf(service.metadata));
    }
  }

  async function reconcile(key: string): Promise<void> {
    await services.synced;
    const { namespace, name } = parseKey(key);
    const service = services.get(namespace, name);
    const listed = endpoints.get(namespace, name);
    if (!service) return forget(key, listed);
    if (service.spec.type === 'ExternalName') return;
    if (!choosesPods(service)) return mirror(key, listed);
    try {
      await reconcileChosen(service, listed);
    } catch (error) {
      if (!isTerminating(error)) throw error;
    }
  }

  async function reconcileChosen(service: Service, listed: Endpoints | undefined): Promise<void> {
    const { namespace = '', name } = service.metadata;
    const chosen = pods
      .within(namespace)
      .filter(pod => choosesPod(service, pod))
      .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    const trigger = triggers.next(service, chosen);
    await write.writeEndpoints(service, listed, { subsets: subsetsOf(service, chosen), trigger });
    const existing = slicesOf(namespace, name).filter(
      ({ metadata }) => metadata.labels?.[managedByLabel] === sliceController,
    );
    const inputs = { service, pods: chosen, nodeNamed };
    const types = addressTypesOf(service);
    for (const type of types) {
      const plan = planSlices({ ...inputs, existing: existing.filter(slice => slice.addressType === type) }, type);
      await write.carryOut(plan, service, trigger);
    }
    const unsupported = existing.filter(({ addressType }) => !types.some(type => type === addressType));
    await write.carryOut({ create: [], update: [], remove: unsupported }, service, trigger);
  }

  function nodeNamed(name: string): Node | undefined {
    const node = nodes.get('', name);
    if (!node && name !== '') missingNodes.add(name);
    return node;
  }

  function slicesOf(namespace: string, service: string): EndpointSlice[] {
    return slices.within(namespace).filter(({ metadata }) => metadata.labels?.[serviceNameLabel] === service);
  }

  async function mirror(key: string, listed: Endpoints | undefined): Promise<void> {
    const { namespace, name } = parseKey(key);
    await write.mirror(listed, slicesOf(namespace, name));
  }

  /** The slices of a service that is gone go with it, or with its Endpoints: they are owned. */
  async function forget(key: string, listed: Endpoints | undefined): Promise<void> {
    triggers.forget(key);
    if (listed) await write.removeEndpoints(listed);
    await write.mirror(undefined, slicesOf(parseKey(key).namespace, parseKey(key).name));
  }

  return {
    stop() {
      queue.stop();
      for (const stop of stops) stop();
    },
  };
}

function isTerminating(error: unknown): boolean {
  return error instanceof ApiError && error.code === 403 && error.message.includes('because it is being terminated');
}
