import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerStatus, Deployment, Pod, PodStatus } from '../../../src/kubernetes/objects.ts';

/** One file of what a real kubelet did. */
export interface Recording {
  applied: Pod | Deployment;
  pods: Record<string, RecordedPod>;
  owners?: Record<string, { status: Deployment['status']; events: RecordedEvent[] }>;
}

export interface RecordedPod {
  history: { at: number; status: { phase: string; containers?: ContainerStatus[] } }[];
  final: PodStatus;
  events: RecordedEvent[];
}

export interface RecordedEvent {
  type: string;
  reason: string;
  message: string;
  count?: number;
  /** The container it is about. */
  field?: string;
}

/** A container state that lasted from `at` on. */
export interface Moment {
  at: number;
  what: string;
}

const folder = join(import.meta.dirname, '../../fixtures/kubelet');

export function readRecording(name: string): Recording {
  const path = join(folder, `${name}.json`);
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Recording;
  } catch (cause) {
    throw new Error(`expected the recordings of a real kubelet beside the repository, got none at ${path}`, { cause });
  }
}

/** What of a pod's status distinguishes one moment from the next. */
export function momentOf(at: number, status: { phase: string; containers?: ContainerStatus[] }): Moment {
  const containers = (status.containers ?? []).map(({ state, lastState, restartCount, ready }) => {
    const now = state.waiting?.reason ?? (state.running ? 'running' : ended(state));
    return `${now} restarts=${restartCount} ready=${ready} last=${ended(lastState)}`;
  });
  return { at, what: [status.phase, ...containers].join(' | ') };
}

function ended({ terminated }: ContainerStatus['state']): string {
  return terminated ? `${terminated.reason}(${terminated.exitCode})` : '-';
}

/** Without the moments in which nothing changed that we look at. */
export function distinct(moments: Moment[]): Moment[] {
  return moments.filter((moment, i) => moment.what !== moments[i - 1]?.what);
}

/** Without what differs from run to run: addresses, uids, durations, generated names. */
export function neutral(message: string): string {
  return message
    .replaceAll(/\b\d+\.\d+\.\d+\.\d+(?=:)/g, 'IP')
    .replaceAll(/<uid>|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UID')
    .replaceAll(/in \S+ \(\S+ including waiting\)/g, 'in TIME')
    .replaceAll(/\b(cap|default)(?=[/)(])/g, 'NAMESPACE')
    .replaceAll(/_(cap|default)(?=\()/g, '_NAMESPACE')
    .replaceAll(/-[bcdfghjklmnpqrstvwxz2456789]{8,10}(-[a-z0-9]{5})?\b/g, '-HASH');
}
