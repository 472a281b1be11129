import type { Condition, KubeObject } from '../../kubernetes/objects.ts';
import { isRecord } from '../../lib/json.ts';
import { clip } from './answer.ts';

export interface ObjectStatus {
  healthy: boolean;
  /** In a few words; empty where the object tells nothing. */
  text: string;
}

const goodTypes = [
  'Ready',
  'Available',
  'Healthy',
  'Synced',
  'Established',
  'Complete',
  'Succeeded',
  'Accepted',
  'Programmed',
];
const badPhases = /^(Failed|Pending|Lost|Unknown|Error|Terminating|Degraded|NotReady)$/i;

/** How an object of any kind is, by what nearly all of them have: conditions, a phase, replicas. */
export function statusOfAny(object: KubeObject): ObjectStatus {
  const { status, spec } = object as { status?: unknown; spec?: unknown };
  if (!isRecord(status)) return { healthy: true, text: '' };
  const parts = [replicasOf(spec, status), phaseOf(status), conditionOf(status)].filter(part => part !== undefined);
  return {
    healthy: parts.every(({ healthy }) => healthy),
    text: parts.map(({ text }) => text).join(', '),
  };
}

function replicasOf(spec: unknown, status: Record<string, unknown>): ObjectStatus | undefined {
  const wanted = isRecord(spec) ? spec['replicas'] : undefined;
  if (typeof wanted !== 'number') return undefined;
  const ready = typeof status['readyReplicas'] === 'number' ? status['readyReplicas'] : 0;
  return { healthy: ready >= wanted, text: `${ready} of ${wanted} ready` };
}

function phaseOf({ phase, state }: Record<string, unknown>): ObjectStatus | undefined {
  const text = typeof phase === 'string' ? phase : state;
  return typeof text === 'string' ? { healthy: !badPhases.test(text), text: clip(text, 60) } : undefined;
}

function conditionOf({ conditions }: Record<string, unknown>): ObjectStatus | undefined {
  if (!Array.isArray(conditions)) return undefined;
  const all = conditions.filter((each): each is Condition => isRecord(each) && typeof each['type'] === 'string');
  const told = all.filter(({ type }) => goodTypes.includes(type));
  const bad = told.find(({ status }) => status !== 'True' && !isOverAlready(all));
  if (bad) return { healthy: false, text: `${bad.type}=${bad.status}${reasonOf(bad)}` };
  const [good] = told.filter(({ status }) => status === 'True');
  return good && { healthy: true, text: good.type };
}

/** A Job that has ended is not Ready any more, and well. */
function isOverAlready(conditions: readonly Condition[]): boolean {
  return conditions.some(({ type, status }) => (type === 'Complete' || type === 'Succeeded') && status === 'True');
}

function reasonOf({ reason, message }: Condition): string {
  const why = [reason, message && clip(message.replace(/\s+/g, ' '), 160)].filter(part => part);
  return why.length > 0 ? ` (${why.join(': ')})` : '';
}
