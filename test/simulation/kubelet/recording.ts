import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Condition, ContainerStatus, KubeObject, PodStatus } from '../../../src/kubernetes/objects.ts';

/** One file of what a real kubelet did. */
export interface Recording {
  applied: KubeObject;
  pods: Record<string, RecordedPod>;
  owners?: Record<string, { status: OwnerStatus; events: RecordedEvent[] }>;
}

export type OwnerStatus = { conditions?: Condition[] } & Record<string, unknown>;

export interface RecordedPod {
  history: { at: number; status: MomentStatus }[];
  final: PodStatus;
  events: RecordedEvent[];
}

export interface MomentStatus {
  phase: string;
  reason?: string;
  conditions?: Condition[];
  init?: ContainerStatus[];
  containers?: ContainerStatus[];
}

export interface RecordedEvent {
  type: string;
  reason: string;
  message: string;
  count?: number;
  /** The container it is about. */
  field?: string;
  from?: string;
}

/** A state that lasted from `at` on. */
export interface Moment {
  at: number;
  what: string;
}

const folder = join(import.meta.dirname, '../../fixtures/kubelet');

export function recordingNames(): string[] {
  return readdirSync(folder)
    .filter(name => name.endsWith('.json'))
    .map(name => name.slice(0, -'.json'.length));
}

export function readRecording(name: string): Recording {
  const path = join(folder, `${name}.json`);
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Recording;
  } catch (cause) {
    throw new Error(`expected the recordings of a real kubelet beside the repository, got none at ${path}`, { cause });
  }
}

/** What of a pod's status distinguishes one moment from the next. */
export function momentOf(
  at: number,
  { phase, reason = '', conditions = [], init = [], containers = [] }: MomentStatus,
): Moment {
  const states = [...init, ...containers].map(({ name, state, lastState, restartCount, ready, started }) => {
    const now = state.waiting?.reason ?? (state.running ? 'running' : ended(state));
    return `${name}: ${now} restarts=${restartCount} ready=${ready} started=${started} last=${ended(lastState)}`;
  });
  const untrue = conditions.filter(({ status }) => status !== 'True').map(one => `${one.type} ${one.reason ?? ''}`);
  return { at, what: [`${phase} ${reason}`, ...states, untrue.sort().join(', ')].join(' | ') };
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
    .replaceAll(/(?<=-)[bcdfghjklmnpqrstvwxz2456789]{8,10}(-([a-z0-9]{5})?)?(?=$|["/ ])/g, 'HASH')
    .replaceAll(/(?<=job-(fails|deadline)-)[a-z0-9]{5}\b/g, 'HASH');
}
