import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from '../../../src/kubernetes/kinds/network.ts';
import { kinds } from '../../../src/kubernetes/kinds.ts';
import type { LabelSelector } from '../../../src/kubernetes/objects.ts';
import type { ClusterView } from '../../../src/simulation/traffic/cluster_view.ts';
import { isAllowed, type Peer } from '../../../src/simulation/traffic/policy.ts';
import { factsOf } from './facts_of.ts';
import { createWorld, deployment, namespace, pod } from './world.ts';

/** What is said of policies, beside what the embedded cluster's network lets through: two programs, one meaning. */

const names = ['web', 'cart', 'db'];
const container = { ports: [{ name: 'http', containerPort: 8080 }] };
const workloads = names.flatMap(name => [
  deployment(name, { replicas: 1 }, container),
  pod(`${name}-r2-a`, { owner: name, container }),
]);

const selector: fc.Arbitrary<LabelSelector> = fc.oneof(
  fc.constant({}),
  fc.constantFrom(...names, 'nobody').map(app => ({ matchLabels: { app } })),
  fc
    .record({
      operator: fc.constantFrom('In' as const, 'NotIn' as const),
      values: fc.subarray(names, { minLength: 1 }),
    })
    .map(expression => ({ matchExpressions: [{ key: 'app', ...expression }] })),
  fc
    .constantFrom('Exists' as const, 'DoesNotExist' as const)
    .map(operator => ({ matchExpressions: [{ key: 'app', operator }] })),
);
const home = fc
  .constantFrom('shop', 'kube-system')
  .map(name => ({ matchLabels: { 'kubernetes.io/metadata.name': name } }));
const peer: fc.Arbitrary<NetworkPolicyPeer> = fc.oneof(
  selector.map(podSelector => ({ podSelector })),
  home.map(namespaceSelector => ({ namespaceSelector })),
  fc.record({ podSelector: selector, namespaceSelector: fc.oneof(home, fc.constant({})) }),
  fc.constant({ podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } }, namespaceSelector: {} }),
);
const port: fc.Arbitrary<NetworkPolicyPort> = fc.oneof(
  fc.constantFrom({ port: 8080 }, { port: 'http' }, { port: 'nowhere' }, { port: 53 }),
  fc.constantFrom({ protocol: 'UDP' as const, port: 53 }, { protocol: 'UDP' as const, port: 50, endPort: 60 }),
  fc.constantFrom({ protocol: 'UDP' as const }, { protocol: 'UDP' as const, port: 54 }),
);
const several = <T>(of: fc.Arbitrary<T>) => fc.array(of, { maxLength: 2 });

const policies: fc.Arbitrary<NetworkPolicy[]> = fc
  .array(
    fc.record({
      podSelector: selector,
      policyTypes: fc.subarray(['Ingress' as const, 'Egress' as const]),
      ingress: several(fc.record({ from: several(peer), ports: several(port) })),
      egress: several(fc.record({ to: several(peer), ports: several(port) })),
    }),
    { maxLength: 3 },
  )
  .map(specs =>
    specs.map((spec, index) => ({ ...kinds.networkPolicy, metadata: { name: `p${index}`, namespace: 'shop' }, spec })),
  );

function viewOf(all: NetworkPolicy[]): ClusterView {
  const view: Pick<ClusterView, 'policies' | 'namespaceLabels'> = {
    policies: of => (of === 'shop' ? all : []),
    namespaceLabels: of => ({ 'kubernetes.io/metadata.name': of }),
  };
  return view as ClusterView;
}

const peerCalled = (app: string): Peer => ({
  namespace: 'shop',
  labels: { app },
  ip: `10.0.0.${names.indexOf(app) + 1}`,
  ports: new Map([['http', 8080]]),
});
const dns: Peer = { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' }, ip: '10.0.1.1' };
const somePort = [
  { port: 8080, protocol: 'TCP' as const },
  { port: 53, protocol: 'TCP' as const },
  ...[52, 53, 54].map(number => ({ port: number, protocol: 'UDP' as const })),
];

test('who is let in, and whether names can be resolved, is what the network does', async () => {
  await fc.assert(
    fc.asyncProperty(policies, fc.constantFrom(...names), async (all, target) => {
      const world = createWorld([namespace('shop'), namespace('kube-system'), ...workloads, ...all]);
      const facts = await factsOf(world, 'get_network_policies', { namespace: 'shop', name: target });
      const view = viewOf(all);
      expect(facts?.['dns_allowed']).toBe(isAllowed(view, peerCalled(target), dns, { port: 53, protocol: 'UDP' }));
      if (!facts?.['ingress_limited']) return;
      // Only what comes in counts here, whatever the callers themselves may send.
      const inward = viewOf(
        all.filter(({ spec }) => !spec.policyTypes?.length || spec.policyTypes.includes('Ingress')).map(withoutEgress),
      );
      for (const caller of names.filter(name => name !== target)) {
        const reaches = somePort.some(wanted => isAllowed(inward, peerCalled(caller), peerCalled(target), wanted));
        expect((facts['let_in'] as string[]).includes(caller)).toBe(reaches);
        expect((facts['shut_out'] as string[]).includes(caller)).toBe(!reaches);
      }
    }),
    { numRuns: 300 },
  );
});

function withoutEgress(policy: NetworkPolicy): NetworkPolicy {
  const { egress: _, ...spec } = policy.spec;
  return { ...policy, spec: { ...spec, policyTypes: ['Ingress'] } };
}
