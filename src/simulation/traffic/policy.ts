import { selects } from '../../kubernetes/kinds/label_selector.ts';
import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from '../../kubernetes/kinds/network.ts';
import type { ClusterView } from './cluster_view.ts';

/** One end of a connection. Who isn't in the cluster has no namespace. */
export interface Peer {
  namespace: string | undefined;
  labels: Readonly<Record<string, string>>;
  ip: string | undefined;
  /** By name, as the containers of the pod call them. */
  ports?: ReadonlyMap<string, number>;
}

interface Wanted {
  port: number;
  protocol: 'TCP' | 'UDP';
}

/** Whether the policies of both ends let a connection through; what they don't let through is dropped without a word. */
export function isAllowed(view: ClusterView, from: Peer, to: Peer, wanted: Wanted): boolean {
  if (from.ip !== undefined && from.ip === to.ip) return true;
  return allowsEgress(view, from, to, wanted) && allowsIngress(view, from, to, wanted);
}

function allowsEgress(view: ClusterView, from: Peer, to: Peer, wanted: Wanted): boolean {
  const rules = rulesFor(view, from, 'Egress');
  return (
    rules === undefined ||
    rules.some(({ namespace, peers, ports }) => admits(view, namespace, peers, to) && opens(ports, to, wanted))
  );
}

function allowsIngress(view: ClusterView, from: Peer, to: Peer, wanted: Wanted): boolean {
  const rules = rulesFor(view, to, 'Ingress');
  return (
    rules === undefined ||
    rules.some(({ namespace, peers, ports }) => admits(view, namespace, peers, from) && opens(ports, to, wanted))
  );
}

interface Rule {
  namespace: string;
  peers: NetworkPolicyPeer[] | undefined;
  ports: NetworkPolicyPort[] | undefined;
}

/** The rules of all policies that select a pod in that direction; `undefined` when none does: then all is allowed. */
function rulesFor(view: ClusterView, { namespace, labels }: Peer, direction: 'Ingress' | 'Egress'): Rule[] | undefined {
  if (namespace === undefined) return undefined;
  let rules: Rule[] | undefined;
  for (const { spec } of view.policies(namespace)) {
    if (!directionsOf(spec).includes(direction) || !selects(spec.podSelector ?? {}, labels)) continue;
    rules ??= [];
    if (direction === 'Ingress')
      rules.push(...(spec.ingress ?? []).map(({ from, ports }) => ({ namespace, peers: from, ports })));
    else rules.push(...(spec.egress ?? []).map(({ to, ports }) => ({ namespace, peers: to, ports })));
  }
  return rules;
}

function directionsOf({ policyTypes, egress }: NetworkPolicy['spec']): readonly string[] {
  if (policyTypes && policyTypes.length > 0) return policyTypes;
  return egress && egress.length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
}

/** A rule that names nobody admits everybody. */
function admits(view: ClusterView, namespace: string, peers: NetworkPolicyPeer[] | undefined, other: Peer): boolean {
  if (!peers || peers.length === 0) return true;
  return peers.some(({ podSelector, namespaceSelector, ipBlock }) => {
    if (ipBlock) return other.ip !== undefined && isWithin(other.ip, ipBlock);
    if (other.namespace === undefined) return false;
    const there = namespaceSelector
      ? selects(namespaceSelector, view.namespaceLabels(other.namespace))
      : other.namespace === namespace;
    return there && (podSelector === undefined || selects(podSelector, other.labels));
  });
}

/** Ports are those of the pod, behind any service. */
function opens(ports: NetworkPolicyPort[] | undefined, to: Peer, wanted: Wanted): boolean {
  if (!ports || ports.length === 0) return true;
  return ports.some(({ protocol = 'TCP', port, endPort }) => {
    if (protocol !== wanted.protocol) return false;
    if (port === undefined) return true;
    const first = typeof port === 'number' ? port : to.ports?.get(port);
    return first !== undefined && wanted.port >= first && wanted.port <= (endPort ?? first);
  });
}

function isWithin(ip: string, { cidr, except = [] }: { cidr: string; except?: string[] }): boolean {
  return inRange(ip, cidr) && !except.some(range => inRange(ip, range));
}

function inRange(ip: string, cidr: string): boolean {
  const [base = '', length = '32'] = cidr.split('/');
  const [a, b] = [numberOf(ip), numberOf(base)];
  if (a === undefined || b === undefined) return false;
  const size = 2 ** (32 - Number(length));
  return Math.floor(a / size) === Math.floor(b / size);
}

function numberOf(ip: string): number | undefined {
  const parts = ip.split('.').map(Number);
  if (parts.length !== 4 || parts.some(part => !(part >= 0 && part <= 255))) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}
