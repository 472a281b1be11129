import type { Evidence } from './conversation.ts';
import { serviceIn } from './host.ts';
import { type Complaints, complaintsIn } from './log_complaint.ts';
import { readStatus, workloadIn } from './status.ts';
import { isInTrouble } from './symptoms.ts';

export type Complaint<K extends keyof Complaints> = NonNullable<Complaints[K]> & { id: string };

interface Place {
  namespace: string;
  name: string;
}

/** Something that a log says can't be reached, and what was found when it was looked at. */
export interface Hop {
  host: string;
  /** The service of this cluster that it is; `undefined` when it lies outside. */
  service: Place | undefined;
  status: { id: string; says: string; inTrouble: boolean; workload: Place | undefined } | undefined;
  /** Whether its log was read. */
  logRead: boolean;
  /** What it complains about itself. */
  complaint: Complaint<'dependency'> | undefined;
}

/** Farther away nothing is looked for. */
const farthest = 3;

/** From the first complaint along what each service complains about in turn. */
export function followDependencies(
  first: Complaint<'dependency'> | undefined,
  evidence: readonly Evidence[],
  namespace: string | undefined,
): Hop[] {
  const hops: Hop[] = [];
  let [host, home] = [first?.host, namespace];
  while (host !== undefined && hops.length < farthest && !hops.some(hop => hop.host === host)) {
    const hop = look(host, evidence, home);
    hops.push(hop);
    [host, home] = [hop.complaint?.host, hop.service?.namespace];
  }
  return hops;
}

function look(host: string, evidence: readonly Evidence[], namespace: string | undefined): Hop {
  const service = serviceIn(host, namespace);
  const about = (tool: string) =>
    evidence.find(
      one => one.tool === tool && one.args['name'] === service?.name && one.args['namespace'] === service?.namespace,
    );
  const [status, log] = service ? [about('get_pod_status'), about('get_pod_logs')] : [];
  return {
    host,
    service,
    status: status && {
      id: status.id,
      says: status.text.split('\n')[0]!,
      inTrouble: readStatus(status).some(isInTrouble),
      workload: workloadNamed(service?.name, status.text),
    },
    logRead: log !== undefined,
    complaint: log && complaintOf(log, 'dependency'),
  };
}

function workloadNamed(name: string | undefined, text: string): Place | undefined {
  const workload = workloadIn(text);
  return workload?.name === name ? workload : undefined;
}

/** The first line of an answer says which log it is; what the program wrote comes after it. */
export function complaintOf<K extends keyof Complaints>({ id, text }: Evidence, about: K): Complaint<K> | undefined {
  if (!text.startsWith('Log of')) return undefined;
  const complaint = complaintsIn(text.slice(text.indexOf('\n') + 1))[about];
  return complaint ? { id, ...complaint } : undefined;
}
