import type { KubeObject } from '../../../kubernetes/objects.ts';
import type { FullService } from '../defaults/service.ts';
import { invalid } from '../status_error.ts';
import { wrong } from '../validation/problem.ts';
import type { AdmissionPlugin } from './admission.ts';

const outside = 'the provided network does not match the current range';
const taken = 'provided IP is already allocated';
const portOutside = 'provided port is not in the valid range. The range of valid ports is 30000-32767';

/** An address or a node port that somebody asks for must be of the range, and nobody else's. */
export const serviceAddresses: AdmissionPlugin = {
  resources: ['services'],
  validate({ object, before, resource, subresource }, { store }) {
    if (subresource !== undefined) return;
    const { spec, metadata } = object as FullService;
    const old = before as FullService | undefined;
    const others = () => store.list(resource).filter(other => other.metadata.uid !== metadata.uid) as FullService[];
    const { clusterIP = '' } = spec;
    if (clusterIP !== '' && clusterIP !== 'None' && clusterIP !== old?.spec.clusterIP) {
      const isTaken = () => others().some(other => other.spec.clusterIP === clusterIP);
      const why = !clusterIP.startsWith('10.96.') ? outside : isTaken() ? taken : undefined;
      if (why)
        throw refusal(
          resource,
          object,
          wrong('spec.clusterIPs', spec.clusterIPs, `failed to allocate IP ${clusterIP}: ${why}`),
        );
    }
    const had = new Set(old?.spec.ports?.map(({ nodePort }) => nodePort));
    for (const [index, { nodePort, protocol }] of (spec.ports ?? []).entries()) {
      if (!nodePort || had.has(nodePort)) continue;
      const uses = ({ spec: other }: FullService) =>
        other.ports?.some(port => port.nodePort === nodePort && port.protocol === protocol) ?? false;
      const isInRange = nodePort >= 30_000 && nodePort <= 32_767;
      const why = !isInRange ? portOutside : others().some(uses) ? 'provided port is already allocated' : undefined;
      if (why) throw refusal(resource, object, wrong(`spec.ports[${index}].nodePort`, nodePort, why));
    }
  },
};

function refusal(resource: Parameters<typeof invalid>[0], object: KubeObject, cause: ReturnType<typeof wrong>) {
  return invalid(resource, object.metadata.name, [cause]);
}
