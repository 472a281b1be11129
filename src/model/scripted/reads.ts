import type { Conversation, WantedCall } from './conversation.ts';
import type { Facts } from './facts.ts';
import { serviceIn } from './host.ts';
import { bytesOf, doubled, memoryIn } from './memory.ts';
import type { ContainerStatus } from './status.ts';
import { isOutOfMemory } from './symptoms.ts';

/** What to ask next; nothing when nothing that is offered would tell more. */
export function nextReads(conversation: Conversation, facts: Facts): WantedCall[] {
  const wanted = [
    ...firstReads(facts),
    ...facts.broken.slice(0, 2).flatMap(one => readsFor(one, facts)),
    ...dependencyRead(facts),
  ];
  return wanted.flatMap(call => asOffered(call, conversation)).filter(call => !conversation.asked(call));
}

function firstReads({ subject }: Facts): WantedCall[] {
  const { namespace, name = subject.pod } = subject;
  if (namespace === undefined || name === undefined) return [];
  return [
    { name: 'get_pod_status', args: { namespace, name } },
    { name: 'get_deployment_history', args: { namespace, name } },
    { name: 'list_events', args: { namespace, name, warnings_only: true } },
  ];
}

function readsFor(broken: ContainerStatus, { subject }: Facts): WantedCall[] {
  if (isOutOfMemory(broken)) return capacityRead(broken);
  const [pod] = broken.pods;
  const hasRun = broken.restarts > 0 || /^(running|stopped)/.test(broken.state);
  if (!hasRun || pod === undefined || subject.namespace === undefined) return [];
  const args = { namespace: subject.namespace, name: pod, container: broken.container };
  const last = { name: 'get_pod_logs', args };
  // A run that has only begun says little about why the one before ended.
  const startedAgain = broken.restarts > 0 && broken.state.startsWith('running');
  return startedAgain ? [last, { name: 'get_pod_logs', args: { ...args, previous: true } }] : [last];
}

function capacityRead({ settings }: ContainerStatus): WantedCall[] {
  const limit = bytesOf(memoryIn(settings, 'limits') ?? '');
  return limit ? [{ name: 'check_node_capacity', args: { resource_type: 'memory', amount: doubled(limit) } }] : [];
}

/** A service of this cluster that the log complains about: is it there? */
function dependencyRead({ dependencyComplaint, subject }: Facts): WantedCall[] {
  const host = dependencyComplaint?.host;
  const service = host === undefined ? undefined : serviceIn(host, subject.namespace);
  return service ? [{ name: 'get_pod_status', args: { ...service } }] : [];
}

/** With the parameters that the offered tool knows; nothing when it isn't offered. */
function asOffered({ name, args }: WantedCall, { offered }: Conversation): WantedCall[] {
  const parameters = offered.get(name);
  if (!parameters) return [];
  return [{ name, args: Object.fromEntries(Object.entries(args).filter(([key]) => parameters.includes(key))) }];
}
