import { selects } from '../../kubernetes/kinds/label_selector.ts';
import type { NetworkPolicyPeer, NetworkPolicyPort } from '../../kubernetes/kinds/network.ts';
import type { LabelSelector, Namespace, Pod, PodTemplate } from '../../kubernetes/objects.ts';
import { selectorText } from '../../kubernetes/workload.ts';
import { enumerate } from './answer.ts';
import type { Direction, Rule } from './policy_rules.ts';
import { labelsOfNamespace } from './policy_rules.ts';
import { ownerOf } from './subject.ts';

/** What the words about a rule are made with. */
export interface Surroundings {
  /** Those of the policies' namespace. */
  pods: readonly Pod[];
  /** One of all that are of one workload and have the same labels. */
  samples: readonly Pod[];
  namespaces: ReadonlyMap<string, Namespace>;
  /** Of the pods that the policies select, where it is one workload: a named port is one of theirs. */
  template?: PodTemplate;
}

/** "from pods with app=web here (Deployment web) to TCP 5432". */
export function ruleText({ peers, ports }: Rule, direction: Direction, around: Surroundings): string {
  const who =
    peers.length === 0
      ? 'anybody'
      : enumerate(
          peers.map(peer => peerText(peer, around)),
          4,
        );
  const where =
    ports.length === 0
      ? 'any port'
      : enumerate(
          ports.map(port => portText(port, direction, around)),
          6,
        );
  return direction === 'Ingress' ? `from ${who} to ${where}` : `to ${who} on ${where}`;
}

function peerText({ podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer, around: Surroundings): string {
  if (ipBlock) return `${ipBlock.cidr}${ipBlock.except?.length ? ` except ${ipBlock.except.join(', ')}` : ''}`;
  const which = isEmpty(podSelector) ? 'all pods' : `pods with ${selectorText(podSelector!)}`;
  if (!namespaceSelector)
    return isEmpty(podSelector) ? 'all pods here' : `${which} here (${ownersText(podSelector!, around)})`;
  if (isEmpty(namespaceSelector)) return `${which} of all namespaces`;
  return `${which} of namespaces with ${selectorText(namespaceSelector)} (${namespacesText(namespaceSelector, around)})`;
}

function isEmpty(selector: LabelSelector | undefined): boolean {
  return !selector || selectorText(selector) === '';
}

function ownersText(selector: LabelSelector, { samples }: Surroundings): string {
  const found = samples.filter(({ metadata }) => selects(selector, metadata.labels));
  return enumerate([...new Set(found.map(pod => ownerOf(pod).text))], 3) || 'NO pod has these labels';
}

function namespacesText(selector: LabelSelector, { namespaces }: Surroundings): string {
  const found = [...namespaces.keys()].filter(name => selects(selector, labelsOfNamespace(name, namespaces)));
  return enumerate(found, 4) || 'NO namespace has these labels';
}

function portText({ protocol = 'TCP', port, endPort }: NetworkPolicyPort, direction: Direction, around: Surroundings) {
  if (port === undefined) return `any ${protocol} port`;
  if (typeof port === 'number') return `${protocol} ${port}${endPort ? `-${endPort}` : ''}`;
  // Out, a name means a port of whoever is reached.
  if (direction === 'Egress' || !around.template) return `${protocol} port named ${port}`;
  const own = around.template.spec.containers.flatMap(({ ports = [] }) => ports).find(({ name }) => name === port);
  return own
    ? `${protocol} ${port} (${own.containerPort})`
    : `${protocol} "${port}", a name that NO container here has`;
}
