import {
  conditions,
  flag,
  int,
  intOrText,
  kindOf,
  listOf,
  objectOf,
  quantities,
  text,
  textMap,
  texts,
} from './json_types.ts';

export const serviceShape = kindOf({
  spec: objectOf({
    type: text,
    clusterIP: text,
    clusterIPs: texts,
    externalIPs: texts,
    externalName: text,
    selector: textMap,
    ports: listOf({ name: text, port: int, targetPort: intOrText, nodePort: int, protocol: text }),
  }),
  status: objectOf({ loadBalancer: objectOf({ ingress: listOf({ ip: text, hostname: text }) }) }),
});

export const nodeShape = kindOf({
  spec: objectOf({ unschedulable: flag, taints: listOf({ key: text, value: text, effect: text }), podCIDR: text }),
  status: objectOf({
    capacity: quantities,
    allocatable: quantities,
    conditions,
    addresses: listOf({ type: text, address: text }),
    nodeInfo: textMap,
  }),
});

export const namespaceShape = kindOf({
  spec: objectOf({ finalizers: texts }),
  status: objectOf({ phase: text }),
});

export const configMapShape = kindOf({ data: textMap, binaryData: textMap, immutable: flag });

export const secretShape = kindOf({ data: textMap, stringData: textMap, type: text, immutable: flag });

export const endpointsShape = kindOf({
  subsets: listOf({ addresses: listOf({ ip: text }), ports: listOf({ name: text, port: int, protocol: text }) }),
});

export const eventShape = kindOf({
  involvedObject: objectOf({ kind: text, namespace: text, name: text, uid: text, apiVersion: text, fieldPath: text }),
  type: text,
  reason: text,
  message: text,
  count: int,
  firstTimestamp: text,
  lastTimestamp: text,
  eventTime: text,
  source: objectOf({ component: text, host: text }),
  reportingComponent: text,
});

export const bindingShape = kindOf({ target: objectOf({ kind: text, name: text }) });
