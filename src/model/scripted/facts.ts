import type { Conversation, Evidence, Subject } from './conversation.ts';
import { type Complaint, complaintOf, followDependencies, type Hop } from './dependencies.ts';
import { type History, readHistory } from './history.ts';
import { type ContainerStatus, readStatus, workloadIn } from './status.ts';
import { isInTrouble } from './symptoms.ts';

/** What the evidence says, in the terms that the rules reason in. */
export interface Facts {
  /** With the Deployment behind it, when an answer named that. */
  subject: Subject;
  /** Whether an answer about the subject's own pods could be understood. */
  seen: boolean;
  /** Containers that aren't ready, or keep ending; not those of a revision that is on its way out. */
  broken: ContainerStatus[];
  history: History | undefined;
  /** Lines of events that are warnings. */
  warnings: { id: string; line: string }[];
  /** What the logs complain about. */
  dependencyComplaint: Complaint<'dependency'> | undefined;
  settingComplaint: Complaint<'setting'> | undefined;
  /** Whether nodes have room for what was asked about. */
  room: { id: string; fits: boolean; says: string } | undefined;
  /** What can't be reached, what that can't reach in turn, and so on. */
  hops: Hop[];
}

export function readFacts({ subject, evidence }: Conversation): Facts {
  const own = (name: string) => evidence.filter(({ tool, args }) => tool === name && isOwn(args['name'], subject));
  const statuses = own('get_pod_status');
  const containers = statuses.flatMap(readStatus);
  const workload = statuses.map(({ text }) => workloadIn(text)).find(found => found !== undefined);
  const pods = new Set<unknown>(containers.flatMap(({ pods }) => pods));
  const logs = evidence.filter(({ tool, args }) => tool === 'get_pod_logs' && pods.has(args['name']));
  const dependencyComplaint = logs.map(log => complaintOf(log, 'dependency')).find(found => found !== undefined);
  return {
    subject: workload && subject.kind !== 'Deployment' ? { ...subject, kind: 'Deployment', ...workload } : subject,
    seen: containers.length > 0,
    broken: containers.filter(one => one.current !== false && isInTrouble(one)),
    history: own('get_deployment_history')
      .map(readHistory)
      .find(found => found !== undefined),
    warnings: evidence.filter(({ tool }) => tool === 'list_events').flatMap(warningsIn),
    dependencyComplaint,
    settingComplaint: logs.map(log => complaintOf(log, 'setting')).find(found => found !== undefined),
    room: evidence
      .filter(({ tool }) => tool === 'check_node_capacity')
      .map(roomIn)
      .find(found => found !== undefined),
    hops: followDependencies(dependencyComplaint, evidence, subject.namespace),
  };
}

function isOwn(name: unknown, { name: workload, pod }: Subject): boolean {
  return typeof name === 'string' && (name === workload || name === pod);
}

function warningsIn({ id, text }: Evidence): Facts['warnings'] {
  const lines = text.split('\n').filter(line => line.startsWith('Warning '));
  return lines.map(line => ({ id, line }));
}

function roomIn({ id, text }: Evidence): Facts['room'] {
  const says = text.split('\n').find(line => / fits on /.test(line));
  return says === undefined ? undefined : { id, says, fits: /fits on \d+ nodes?\b/.test(says) };
}
