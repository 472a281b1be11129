import type { PersistentVolumeClaim, StorageClass } from '../../kubernetes/kinds/storage.ts';
import type { KubeEvent, Pod } from '../../kubernetes/objects.ts';
import { parseQuantity } from '../../kubernetes/quantity.ts';
import { age, clip, enumerate } from './answer.ts';
import { eventLines } from './event_lines.ts';
import { troubleOf } from './pod_trouble.ts';

/** A claim with what bears on it. */
export interface ClaimFacts {
  claim: PersistentVolumeClaim;
  /** All there are, by name; `undefined` when we may not read them. */
  classes: ReadonlyMap<string, StorageClass> | undefined;
  users: readonly Pod[];
  /** Those about the claim. */
  events: readonly KubeEvent[];
  now: number;
}

const usualStartMs = 30_000;

export function isWell({ claim, users, now }: ClaimFacts): boolean {
  if (claim.metadata.deletionTimestamp || claim.status?.phase !== 'Bound') return false;
  return growth(claim) === undefined && !users.some(pod => isMounting(pod, now));
}

/** Its containers wait to be made for longer than usual, which is what they do while a volume is not there. */
export function isMounting({ metadata, status }: Pod, now: number): boolean {
  return (
    now - Date.parse(metadata.creationTimestamp ?? '') > usualStartMs &&
    status?.phase === 'Pending' &&
    (status.containerStatuses ?? []).some(({ state }) => state?.waiting?.reason === 'ContainerCreating')
  );
}

/** What is wrong with a claim, and why. */
export function claimTrouble(facts: ClaimFacts): string {
  const { claim, now } = facts;
  const { name, creationTimestamp, deletionTimestamp } = claim.metadata;
  const phase = claim.status?.phase ?? 'Pending';
  if (deletionTimestamp) {
    const holders = enumerate(
      facts.users.map(({ metadata }) => metadata.name),
      3,
    );
    return `${name} is being DELETED since ${age(deletionTimestamp, now)}${holders ? `, held by pods that use it: ${holders}` : ''}`;
  }
  if (phase === 'Lost') return `${name} is LOST: its volume ${claim.spec.volumeName ?? ''} is gone`;
  if (phase === 'Pending')
    return `${name} is PENDING for ${age(creationTimestamp, now)}: ${whyPending(facts)}${reported(facts)}`;
  const growing = growth(claim);
  if (growing) return `${name}: ${growing}${reported(facts)}`;
  const waiting = facts.users.find(pod => isMounting(pod, now));
  return `${name} is bound, but pod ${waiting?.metadata.name} waits for its volumes`;
}

function whyPending({ claim, classes, users, now }: ClaimFacts): string {
  const { storageClassName, volumeName } = claim.spec;
  if (volumeName) return `it waits for the volume ${volumeName}`;
  if (storageClassName === '') return 'it asks for no class, and no PersistentVolume that was made by hand fits';
  const known = classes && (enumerate([...classes.keys()], 6) || 'none');
  if (storageClassName === undefined)
    return `it names no StorageClass and there is no default one (there are: ${known ?? 'unknown'})`;
  const found = classes?.get(storageClassName);
  if (!classes) return `why can't be told: we may not read its StorageClass ${storageClassName}`;
  if (!found) return `its StorageClass ${storageClassName} does NOT exist (there are: ${known})`;
  if (found.provisioner === 'kubernetes.io/no-provisioner')
    return `class ${storageClassName} makes no volumes, and none that was made by hand fits`;
  if (found.volumeBindingMode !== 'WaitForFirstConsumer' || selectedNode(claim))
    return `it waits for the provisioner ${found.provisioner} to make a volume${selectedNode(claim) ? ` for ${selectedNode(claim)}` : ''}`;
  if (users.length === 0) return `class ${storageClassName} waits for a first pod, and NO pod uses it`;
  const trouble = users.map(pod => `${pod.metadata.name} ${troubleOf(pod, now) ?? 'is well'}`);
  return `class ${storageClassName} waits until its pod is scheduled: ${enumerate(trouble, 2)}`;
}

function selectedNode({ metadata }: PersistentVolumeClaim): string | undefined {
  return metadata.annotations?.['volume.kubernetes.io/selected-node'];
}

/** Why a claim has less than it asks for; `undefined` when it has it all. */
function growth({ spec, status }: PersistentVolumeClaim): string | undefined {
  const [asked, has] = [spec.resources?.requests?.['storage'], status?.capacity?.['storage']];
  if (!asked || !has || (parseQuantity(asked) ?? 0) <= (parseQuantity(has) ?? 0)) return undefined;
  const step = status?.allocatedResourceStatuses?.['storage'];
  const told = (status?.conditions ?? [])
    .filter(condition => condition.status === 'True')
    .map(({ type, message }) => `${type}${message ? `: ${clip(message, 200)}` : ''}`);
  return `it has ${has} and asks for ${asked}; ${enumerate([...(step ? [step] : []), ...told], 3) || 'nobody works on it yet'}`;
}

function reported({ events, now }: ClaimFacts): string {
  const [line] = eventLines(events, now);
  return line ? `. Reported: ${line}` : '';
}

/** "5Gi of standard (can grow), ReadWriteOnce, used by database-0". */
export function claimText({ claim, classes, users }: ClaimFacts): string {
  const { spec, status } = claim;
  const { storageClassName } = spec;
  const found = classes?.get(storageClassName ?? '');
  const grow = found ? ` (${found.allowVolumeExpansion ? 'can grow' : 'can NOT grow'})` : '';
  const size = status?.capacity?.['storage'] ?? spec.resources?.requests?.['storage'] ?? 'an unknown size';
  const modes = status?.accessModes ?? spec.accessModes ?? [];
  const names = enumerate(
    users.map(({ metadata }) => metadata.name),
    3,
  );
  return `${size} of ${storageClassName || 'no class'}${grow}, ${modes.join(', ')}, ${names ? `used by ${names}` : 'used by NO pod'}`;
}
