import { selects } from '../../kubernetes/kinds/label_selector.ts';
import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from '../../kubernetes/kinds/network.ts';
import type { Namespace, Pod } from '../../kubernetes/objects.ts';

export type Direction = 'Ingress' | 'Egress';

/** One thing that a policy allows; without peers everybody, without ports all of them. */
export interface Rule {
  policy: NetworkPolicy;
  peers: NetworkPolicyPeer[];
  ports: NetworkPolicyPort[];
}

/** Somebody at the other end. */
export interface Peer {
  labels: Record<string, string>;
  namespace: { name: string; labels: Record<string, string> };
}

/** A policy without a selector is for all pods of its namespace. */
export function selectsPod({ spec }: NetworkPolicy, labels: Record<string, string>): boolean {
  return selects(spec.podSelector ?? {}, labels);
}

export function limits({ spec }: NetworkPolicy, direction: Direction): boolean {
  if (spec.policyTypes?.length) return spec.policyTypes.includes(direction);
  return direction === 'Ingress' || !!spec.egress?.length;
}

/** What policies allow in one direction, all together: each can only add. */
export function rulesOf(policies: readonly NetworkPolicy[], direction: Direction): Rule[] {
  return policies
    .filter(policy => limits(policy, direction))
    .flatMap(policy =>
      direction === 'Ingress'
        ? (policy.spec.ingress ?? []).map(({ from = [], ports = [] }) => ({ policy, peers: from, ports }))
        : (policy.spec.egress ?? []).map(({ to = [], ports = [] }) => ({ policy, peers: to, ports })),
    );
}

export function allowsPeer(rule: Rule, peer: Peer): boolean {
  return rule.peers.length === 0 || rule.peers.some(each => isPeer(each, rule.policy.metadata.namespace, peer));
}

function isPeer({ podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer, home: string | undefined, peer: Peer) {
  // What address a pod is seen with depends on the network; only a block of all addresses is sure to have it.
  if (ipBlock) return everywhere.has(ipBlock.cidr) && !ipBlock.except?.length;
  const there = namespaceSelector ? selects(namespaceSelector, peer.namespace.labels) : peer.namespace.name === home;
  return there && (!podSelector || selects(podSelector, peer.labels));
}

const everywhere = new Set(['0.0.0.0/0', '::/0']);

export function peerOf({ metadata }: Pod, namespaces: ReadonlyMap<string, Namespace>): Peer {
  const { namespace: name = '', labels = {} } = metadata;
  return { labels, namespace: { name, labels: labelsOfNamespace(name, namespaces) } };
}

/** Every namespace carries its own name as a label, also where it was not read. */
export function labelsOfNamespace(name: string, namespaces: ReadonlyMap<string, Namespace>): Record<string, string> {
  return { 'kubernetes.io/metadata.name': name, ...namespaces.get(name)?.metadata.labels };
}

/** Whether names can be resolved: DNS is asked by UDP, and by TCP only for long answers. */
export function allowsDns(rules: readonly Rule[], namespaces: ReadonlyMap<string, Namespace>): boolean {
  const labels = { 'k8s-app': 'kube-dns' };
  const dns = { labels, namespace: { name: 'kube-system', labels: labelsOfNamespace('kube-system', namespaces) } };
  return rules.some(rule => {
    const byPort = rule.ports.length === 0 || rule.ports.some(isDnsPort);
    // A cache on each node has an address of its own, which such a rule may well name.
    const toAddress = rule.ports.some(isDnsPort) && rule.peers.some(({ ipBlock }) => ipBlock !== undefined);
    return byPort && (allowsPeer(rule, dns) || toAddress);
  });
}

function isDnsPort({ protocol = 'TCP', port, endPort }: NetworkPolicyPort): boolean {
  if (protocol !== 'UDP') return false;
  if (port === undefined) return true;
  return typeof port === 'string' ? port.startsWith('dns') : port <= 53 && 53 <= (endPort ?? port);
}
