import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../../kubernetes/kinds/storage.ts';
import { parseQuantity } from '../../../kubernetes/quantity.ts';
import type { StatusCause } from '../client.ts';
import { equal } from '../json.ts';
import { internalForm } from './pod/internal_form.ts';
import { forbiddenField, required, unsupported, wrong } from './problem.ts';
import { unifiedDiff } from './unified_diff.ts';

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const volumeModes = ['Block', 'Filesystem'];
const reclaimPolicies = ['Delete', 'Recycle', 'Retain'];

export function validateClaim(claim: PersistentVolumeClaim, before?: PersistentVolumeClaim): StatusCause[] {
  const { spec } = claim;
  return [
    ...modeProblems(spec.accessModes, 'at least 1 access mode is required'),
    ...sizeProblems(spec.resources?.requests?.['storage'], 'spec.resources[storage]'),
    ...known('spec.volumeMode', spec.volumeMode, volumeModes),
    ...(before ? claimChangeProblems(claim, before) : []),
  ];
}

function claimChangeProblems(claim: PersistentVolumeClaim, before: PersistentVolumeClaim): StatusCause[] {
  const problems: StatusCause[] = [];
  const isBound = claim.status?.phase === 'Bound';
  const fixed = fixedSpec(claim, before, isBound);
  if (!equal(fixed, before.spec)) {
    const shown = (spec: object) => JSON.stringify(internalForm('PersistentVolumeClaimSpec', spec), null, 1);
    const difference = unifiedDiff(shown(before.spec), shown(fixed));
    problems.push(forbiddenField('spec', `${onlySize}\n${difference}`));
  }
  const [size, sizeBefore] = [sizeOf(claim), sizeOf(before)];
  const held = parseQuantity(before.status?.capacity?.['storage'] ?? '0') ?? 0;
  if (size < sizeBefore && size <= held) {
    problems.push(forbiddenField('spec.resources.requests.storage', 'field can not be less than status.capacity'));
  }
  return problems;
}

const onlySize =
  'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

/** A claim's spec, but for what may change as it was. */
function fixedSpec({ spec }: PersistentVolumeClaim, { spec: before }: PersistentVolumeClaim, isBound: boolean): object {
  const fixed: Record<string, unknown> = { ...spec };
  if (!before.volumeName) fixed['volumeName'] = before.volumeName;
  if (before.storageClassName === undefined) delete fixed['storageClassName'];
  if (!isBound) return fixed;
  const storage = before.resources?.requests?.['storage'];
  if (spec.resources?.requests) {
    const requests = { ...spec.resources.requests, ...(storage === undefined ? {} : { storage }) };
    fixed['resources'] = { ...spec.resources, requests };
  }
  fixed['volumeAttributesClassName'] = (before as Record<string, unknown>)['volumeAttributesClassName'];
  return fixed;
}

function sizeOf({ spec }: PersistentVolumeClaim): number {
  return parseQuantity(spec.resources?.requests?.['storage'] ?? '0') ?? 0;
}

const notSources = new Set([
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeAttributesClassName',
  'volumeMode',
]);

export function validateVolume(volume: PersistentVolume, before?: PersistentVolume): StatusCause[] {
  const { spec } = volume;
  const storage = spec.capacity?.['storage'];
  const source = sourceOf(volume);
  return [
    ...modeProblems(spec.accessModes, ''),
    ...(spec.capacity && Object.keys(spec.capacity).length > 0 ? [] : [required('spec.capacity')]),
    ...(storage === undefined ? [unsupported('spec.capacity', spec.capacity ?? {}, ['storage'])] : []),
    ...(storage === undefined ? [] : sizeProblems(storage, 'spec.capacity[storage]')),
    ...known('spec.persistentVolumeReclaimPolicy', spec.persistentVolumeReclaimPolicy, reclaimPolicies),
    ...(Object.keys(source).length === 0 ? [required('spec', 'must specify a volume type')] : []),
    ...known('spec.volumeMode', spec.volumeMode, volumeModes),
    ...(before && !equal(source, sourceOf(before))
      ? [forbiddenField('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation')]
      : []),
    ...(before && spec.volumeMode !== before.spec.volumeMode
      ? [wrong('volumeMode', spec.volumeMode, 'field is immutable')]
      : []),
  ];
}

function sourceOf({ spec }: PersistentVolume): object {
  return Object.fromEntries(Object.entries(spec).filter(([name]) => !notSources.has(name)));
}

export function validateStorageClass(storageClass: StorageClass, before?: StorageClass): StatusCause[] {
  const fixed = ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'] as const;
  return [
    ...(storageClass.provisioner ? [] : [required('provisioner')]),
    ...known('reclaimPolicy', storageClass.reclaimPolicy, ['Delete', 'Retain']),
    ...known('volumeBindingMode', storageClass.volumeBindingMode, ['Immediate', 'WaitForFirstConsumer']),
    ...fixed
      .filter(name => before && !equal(storageClass[name], before[name]))
      .map(name => wrong(name, storageClass[name], 'field is immutable')),
  ];
}

function modeProblems(modes: readonly string[] | undefined, hint: string): StatusCause[] {
  if (!modes?.length) return [required('spec.accessModes', hint)];
  const alone = modes.includes('ReadWriteOncePod') && modes.some(mode => mode !== 'ReadWriteOncePod');
  return [
    ...modes
      .filter(mode => !accessModes.includes(mode))
      .map(mode => unsupported('spec.accessModes', mode, accessModes)),
    ...(alone ? [forbiddenField('spec.accessModes', 'may not use ReadWriteOncePod with other access modes')] : []),
  ];
}

function sizeProblems(size: string | undefined, field: string): StatusCause[] {
  if (size === undefined) return [required(field)];
  return (parseQuantity(size) ?? 0) > 0 ? [] : [wrong(field, size, 'must be greater than zero')];
}

function known(field: string, value: string | undefined, values: readonly string[]): StatusCause[] {
  return value === undefined || values.includes(value) ? [] : [unsupported(field, value, values)];
}
