import type { Condition, Node } from '../../kubernetes/objects.ts';
import { age, clip, enumerate } from './answer.ts';
import { writersOf } from './writers.ts';

/** What a node says about itself: `Ready`, and everything else that is true and ought not to be. */
export function nodeConditions({ status }: Node): { ready: Condition | undefined; wrong: Condition[] } {
  const conditions = status?.conditions ?? [];
  const ready = conditions.find(({ type }) => type === 'Ready');
  return { ready, wrong: conditions.filter(({ type, status: is }) => type !== 'Ready' && is === 'True') };
}

export function readyText(node: Node, now: number): string {
  const { ready } = nodeConditions(node);
  const name = `Node ${node.metadata.name}`;
  if (!ready) return `${name} has not told how it is yet.`;
  const since = age(ready.lastTransitionTime, now);
  if (ready.status === 'True') return `${name} is ready, for ${since}.`;
  const because = [ready.reason, ready.message && clip(ready.message, 300)].filter(Boolean).join(': ');
  const silent =
    ready.status === 'Unknown'
      ? ' Its kubelet is silent: nothing is known of its pods, and those of StatefulSets are not made anew elsewhere until it is back or gone.'
      : '';
  return `${name} is NOT ready: Ready is ${ready.status} for ${since}${because ? ` (${because})` : ''}.${silent}`;
}

export function wrongText({ type, reason, message, lastTransitionTime }: Condition, now: number): string {
  const because = [reason, message && clip(message, 200)].filter(Boolean).join(': ');
  return `${type} for ${age(lastTransitionTime, now)}${because ? ` (${because})` : ''}.`;
}

/** Why it takes no new pods, or only some; and who closed it. */
export function closedLines(node: Node, now: number): string[] {
  const { unschedulable, taints = [] } = node.spec ?? {};
  const [writer] = unschedulable ? writersOf(node, ['spec', 'unschedulable']) : [];
  const by = writer ? ` ${age(writer.time, now)} ago by ${writer.name}` : '';
  const shown = taints
    .filter(({ key }) => !(unschedulable && key === 'node.kubernetes.io/unschedulable'))
    .map(({ key, value, effect }) => `${key}${value ? `=${value}` : ''}:${effect}`);
  const driven = taints.some(({ effect }) => effect === 'NoExecute')
    ? '; NoExecute drives pods away that do not tolerate it'
    : '';
  return [
    ...(unschedulable ? [`Cordoned${by}: it takes no new pods.`] : []),
    ...(shown.length > 0 ? [`Taints: ${enumerate(shown, 6)}${driven}.`] : []),
  ];
}

/** What it is: versions, place, age. */
export function aboutNode({ metadata, status }: Node, now: number): string {
  const { labels = {} } = metadata;
  const { kubeletVersion, containerRuntimeVersion, osImage, architecture } = status?.nodeInfo ?? {};
  const prefix = 'node-role.kubernetes.io/';
  const roles = Object.keys(labels)
    .filter(key => key.startsWith(prefix))
    .map(key => key.slice(prefix.length));
  const address = status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
  const facts = [
    kubeletVersion && `kubelet ${kubeletVersion}`,
    containerRuntimeVersion,
    [osImage, architecture].filter(Boolean).join(' '),
    labels['node.kubernetes.io/instance-type'],
    labels['topology.kubernetes.io/zone'] && `zone ${labels['topology.kubernetes.io/zone']}`,
    roles.length > 0 && `role ${roles.join(', ')}`,
    address,
    `made ${age(metadata.creationTimestamp, now)} ago`,
  ];
  return `${facts.filter(Boolean).join(', ')}.`;
}
