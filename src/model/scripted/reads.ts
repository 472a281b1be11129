import type { Conversation, WantedCall } from './conversation.ts';
import type { Facts } from './facts.ts';
import { bytesOf, doubled, memoryIn } from './memory.ts';
import type { ContainerStatus } from './status.ts';
import { isOutOfMemory } from './symptoms.ts';

/** What to ask next; nothing when nothing that is offered would tell more. */
export function nextReads(conversation: Conversation, facts: Facts): WantedCall[] {
  const wanted = [
    ...firstReads(facts),
    ...facts.broken.slice(0, 2).flatMap(one => readsFor(one, facts)),
    ...dependencyReads(facts),
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

/** The last service on the way that was complained about: is it well, and if not, what does it complain about? */
function dependencyReads({ hops }: Facts): WantedCall[] {
  const last = hops.at(-1);
  if (!last?.service) return [];
  const args = { ...last.service };
  if (!last.status) return [{ name: 'get_pod_status', args }];
  return last.status.inTrouble && !last.logRead ? [{ name: 'get_pod_logs', args }] : [];
}

/** With the parameters that the offered tool knows; nothing when it isn't offered. */
function asOffered({ name, args }: WantedCall, { offered }: Conversation): WantedCall[] {
  const parameters = offered.get(name);
  if (!parameters) return [];
  return [{ name, args: Object.fromEntries(Object.entries(args).filter(([key]) => parameters.includes(key))) }];
}
