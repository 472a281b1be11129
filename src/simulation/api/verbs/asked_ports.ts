import type { KubeObject } from '../../../kubernetes/objects.ts';
import type { Resource } from '../resource.ts';

interface Ported extends KubeObject {
  spec?: { ports?: { nodePort?: number }[] };
}

/**
 * The view of a new service without the node ports that the server is about to give it: nobody owns those. Call it
 * before they are given, and the result after.
 */
export function withoutGivenPorts(resource: Resource, sent: KubeObject): (object: KubeObject) => KubeObject {
  if (resource.group !== '' || resource.plural !== 'services') return object => object;
  const asked = ((sent as Ported).spec?.ports ?? []).map(({ nodePort }) => nodePort !== undefined && nodePort !== 0);
  return object => {
    const { spec } = object as Ported;
    if (!spec?.ports || asked.every(Boolean)) return object;
    const ports = spec.ports.map(({ nodePort, ...port }, index) => (asked[index] ? { ...port, nodePort } : port));
    return { ...object, spec: { ...spec, ports } } as KubeObject;
  };
}
