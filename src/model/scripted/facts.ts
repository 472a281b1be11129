import type { Conversation, Evidence, Subject } from './conversation.ts';
import { type History, readHistory } from './history.ts';
import { type Complaints, complaintsIn } from './log_complaint.ts';
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
  dependencyComplaint: (NonNullable<Complaints['dependency']> & { id: string }) | undefined;
  settingComplaint: (NonNullable<Complaints['setting']> & { id: string }) | undefined;
  /** Whether nodes have room for what was asked about. */
  room: { id: string; fits: boolean; says: string } | undefined;
  /** What is known about the service that the log complains about. */
  dependency: { id: string; says: string; workload: { namespace: string; name: string } | undefined } | undefined;
}

export function readFacts({ subject, evidence }: Conversation): Facts {
  const own = (name: string) => evidence.filter(({ tool, args }) => tool === name && isOwn(args['name'], subject));
  const statuses = own('get_pod_status');
  const containers = statuses.flatMap(readStatus);
  const workload = statuses.map(({ text }) => workloadIn(text)).find(found => found !== undefined);
  return {
    subject: workload && subject.kind !== 'Deployment' ? { ...subject, kind: 'Deployment', ...workload } : subject,
    seen: containers.length > 0,
    broken: containers.filter(one => one.current !== false && isInTrouble(one)),
    history: own('get_deployment_history')
      .map(readHistory)
      .find(found => found !== undefined),
    warnings: evidence.filter(({ tool }) => tool === 'list_events').flatMap(warningsIn),
    ...complaints(evidence.filter(({ tool }) => tool === 'get_pod_logs')),
    room: evidence
      .filter(({ tool }) => tool === 'check_node_capacity')
      .map(roomIn)
      .find(found => found !== undefined),
    dependency: dependencyIn(evidence, subject),
  };
}

function isOwn(name: unknown, { name: workload, pod }: Subject): boolean {
  return typeof name === 'string' && (name === workload || name === pod);
}

function warningsIn({ id, text }: Evidence): Facts['warnings'] {
  const lines = text.split('\n').filter(line => line.startsWith('Warning '));
  return lines.map(line => ({ id, line }));
}

/** The first line of an answer says which log it is; what the program wrote comes after it. */
function complaints(logs: readonly Evidence[]): Pick<Facts, 'dependencyComplaint' | 'settingComplaint'> {
  const found = logs
    .filter(({ text }) => text.startsWith('Log of'))
    .map(({ id, text }) => ({ id, ...complaintsIn(text.slice(text.indexOf('\n') + 1)) }));
  const dependency = found.find(one => one.dependency);
  const setting = found.find(one => one.setting);
  return {
    dependencyComplaint: dependency?.dependency && { id: dependency.id, ...dependency.dependency },
    settingComplaint: setting?.setting && { id: setting.id, ...setting.setting },
  };
}

function roomIn({ id, text }: Evidence): Facts['room'] {
  const says = text.split('\n').find(line => / fits on /.test(line));
  return says === undefined ? undefined : { id, says, fits: /fits on \d+ nodes?\b/.test(says) };
}

function dependencyIn(evidence: readonly Evidence[], subject: Subject): Facts['dependency'] {
  const other = evidence.find(({ tool, args }) => tool === 'get_pod_status' && !isOwn(args['name'], subject));
  return other && { id: other.id, says: other.text.split('\n')[0]!, workload: workloadIn(other.text) };
}
