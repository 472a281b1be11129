import type { KubeEvent, Namespace, Node } from '../../../kubernetes/objects.ts';
import { age, ageColumn, type Column, column, nameColumn, orNone, wide } from './column.ts';

type FullEvent = KubeEvent & {
  eventTime?: string;
  series?: { count?: number; lastObservedTime?: string };
  reportingInstance?: string;
};

const rolePrefix = 'node-role.kubernetes.io/';

export const clusterColumns = {
  namespaces: [nameColumn, column<Namespace>('Status', namespace => namespace.status?.phase ?? ''), ageColumn],
  nodes: [
    nameColumn,
    column<Node>('Status', nodeStatusText),
    column<Node>('Roles', rolesText),
    ageColumn,
    column<Node>('Version', node => node.status?.nodeInfo?.['kubeletVersion'] ?? ''),
    wide<Node>('Internal-IP', node => addressText(node, 'InternalIP')),
    wide<Node>('External-IP', node => addressText(node, 'ExternalIP')),
    wide<Node>('OS-Image', node => node.status?.nodeInfo?.['osImage'] || '<unknown>'),
    wide<Node>('Kernel-Version', kernelText),
    wide<Node>('Container-Runtime', node => node.status?.nodeInfo?.['containerRuntimeVersion'] || '<unknown>'),
  ],
  events: [
    column<FullEvent>('Last Seen', lastSeenText),
    column<FullEvent>('Type', event => event.type ?? ''),
    column<FullEvent>('Reason', event => event.reason ?? ''),
    column<FullEvent>(
      'Object',
      event => `${(event.involvedObject.kind ?? '').toLowerCase()}/${event.involvedObject.name ?? ''}`,
    ),
    wide<FullEvent>('Subobject', event => event.involvedObject.fieldPath ?? ''),
    wide<FullEvent>('Source', sourceText),
    column<FullEvent>('Message', event => (event.message ?? '').trim()),
    wide<FullEvent>('First Seen', (event, now) => age(event.firstTimestamp ?? event.eventTime, now)),
    wide<FullEvent>('Count', event => event.series?.count ?? event.count ?? 1),
    { ...nameColumn, wide: true },
  ],
} as const satisfies Record<string, readonly Column<never>[]>;

function nodeStatusText(node: Node): string {
  const ready = node.status?.conditions?.find(condition => condition.type === 'Ready');
  const word = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return node.spec?.unschedulable ? `${word},SchedulingDisabled` : word;
}

function rolesText(node: Node): string {
  const labels = Object.keys(node.metadata.labels ?? {});
  const roles = labels.filter(label => label.startsWith(rolePrefix)).map(label => label.slice(rolePrefix.length));
  return orNone(roles.sort().join(','));
}

function kernelText({ status }: Node): string {
  const version = status?.nodeInfo?.['kernelVersion'] || '<unknown>';
  const architecture = status?.nodeInfo?.['architecture'];
  return architecture ? `${version} (${architecture})` : version;
}

function addressText(node: Node, type: string): string {
  return orNone(node.status?.addresses?.find(address => address.type === type)?.address);
}

function lastSeenText(event: FullEvent, now: number): string {
  return age(event.series?.lastObservedTime ?? event.lastTimestamp ?? event.firstTimestamp ?? event.eventTime, now);
}

function sourceText(event: FullEvent): string {
  const { source, reportingComponent, reportingInstance } = event;
  const parts = [source?.component || reportingComponent, source?.host || reportingInstance];
  return parts.filter(Boolean).join(', ');
}
