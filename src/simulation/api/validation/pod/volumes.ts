import { amountOf } from '../../../../kubernetes/kinds/amount.ts';
import { isRecord } from '../../../../lib/json.ts';
import type { StatusCause } from '../../client.ts';
import { dnsLabelProblems } from '../names.ts';
import { duplicate, each, forbiddenField, none, oneOf, required, unsupported, wrong } from '../problem.ts';
import { fieldRefProblems, ofFiles, resourceRefProblems } from './environment.ts';
import { descendingPathProblems, modeProblems, noStepBackProblems, ownPathProblems } from './paths.ts';
import { projectedProblems } from './projected.ts';
import type { FieldRef, ResourceFieldRef, WireVolume } from './wire.ts';

export type Source = Record<string, unknown>;
type Rule = (source: Source, field: string) => StatusCause[];

const must =
  (...keys: string[]): Rule =>
  (source, field) =>
    keys.filter(key => !source[key]).map(key => required(`${field}.${key}`));

/** In the order in which a server looks at them: the first that is there is the volume's, all others are too many. */
const rules: readonly (readonly [string, Rule])[] = [
  ['emptyDir', emptyDirProblems],
  ['hostPath', hostPathProblems],
  [
    'gitRepo',
    (source, field) => [
      ...must('repository')(source, field),
      ...descendingPathProblems(text(source['directory']), `${field}.directory`),
    ],
  ],
  [
    'gcePersistentDisk',
    (source, field) => must('pdName')(source, field.replace('gcePersistentDisk', 'persistentDisk')),
  ],
  ['awsElasticBlockStore', must('volumeID')],
  ['secret', (source, field) => [...must('secretName')(source, field), ...filesProblems(source, field)]],
  ['nfs', nfsProblems],
  ['iscsi', must('targetPortal', 'iqn')],
  ['glusterfs', must('endpoints', 'path')],
  ['flocker', () => none],
  ['persistentVolumeClaim', must('claimName')],
  ['rbd', must('monitors', 'image')],
  ['cinder', must('volumeID')],
  ['cephfs', must('monitors')],
  ['quobyte', must('registry', 'volume')],
  ['downwardAPI', downwardProblems],
  ['fc', () => none],
  ['flexVolume', must('driver')],
  ['configMap', (source, field) => [...must('name')(source, field), ...filesProblems(source, field)]],
  ['azureFile', must('secretName', 'shareName')],
  ['vsphereVolume', must('volumePath')],
  ['photonPersistentDisk', must('pdID')],
  ['portworxVolume', must('volumeID')],
  ['azureDisk', must('diskName', 'diskURI')],
  ['storageos', () => none],
  ['projected', projectedProblems],
  ['scaleIO', must('gateway', 'system', 'volumeName')],
  ['csi', must('driver')],
  ['ephemeral', (source, field) => (source['volumeClaimTemplate'] ? none : [required(`${field}.volumeClaimTemplate`)])],
  ['image', imageProblems],
];

const places = new Map(rules.map(([name], index) => [name, index]));

/** The problems of all volumes, and those that a container may mount. */
export function volumesProblems(
  volumes: readonly WireVolume[],
  path: string,
): [StatusCause[], Map<string, WireVolume>] {
  const sound = new Map<string, WireVolume>();
  const problems: StatusCause[] = [];
  volumes.forEach((volume, index) => {
    const { name = '' } = volume;
    const field = `${path}[${index}]`;
    const found = [
      ...sourceProblems(volume, field),
      ...(name ? each(`${field}.name`, name, dnsLabelProblems) : [required(`${field}.name`)]),
      ...(sound.has(name) ? [duplicate(`${field}.name`, name)] : none),
    ];
    if (found.length === 0) sound.set(name, volume);
    else problems.push(...found);
  });
  return [problems, sound];
}

function sourceProblems(volume: WireVolume, field: string): StatusCause[] {
  const sources = Object.keys(volume).filter(name => places.has(name) && isRecord(volume[name]));
  if (sources.length > 1) sources.sort((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0));
  const [name, rule] = rules[places.get(sources[0] ?? '') ?? -1] ?? [];
  if (!name || !rule) return [required(field, 'must specify a volume type')];
  const problems = rule(volume[name] as Source, `${field}.${name}`);
  if (sources.length === 1) return problems;
  const more = sources
    .slice(1)
    .map(other => forbiddenField(`${field}.${other}`, 'may not specify more than 1 volume type'));
  return [...problems, ...more];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function records(value: unknown): Source[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function emptyDirProblems({ sizeLimit }: Source, field: string): StatusCause[] {
  const isNegative = sizeLimit !== undefined && amountOf(String(sizeLimit)).nano < 0n;
  return isNegative
    ? [forbiddenField(`${field}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')]
    : none;
}

const hostPathTypes = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

function hostPathProblems({ path, type = '' }: Source, field: string): StatusCause[] {
  if (!path) return [required(`${field}.path`)];
  return [
    ...noStepBackProblems(text(path), `${field}.path`),
    ...(hostPathTypes.includes(text(type)) ? none : [unsupported(`${field}.type`, type, hostPathTypes)]),
  ];
}

function nfsProblems(source: Source, field: string): StatusCause[] {
  const path = text(source['path']);
  return [
    ...must('server', 'path')(source, field),
    ...(path.startsWith('/') ? none : [wrong(`${field}.path`, path, 'must be an absolute path')]),
  ];
}

function imageProblems(source: Source, field: string): StatusCause[] {
  return [
    ...(source['reference'] ? none : [required(`${field}.reference`)]),
    ...oneOf(`${field}.pullPolicy`, text(source['pullPolicy']), ['Always', 'IfNotPresent', 'Never']),
  ];
}

/** Which keys become which files, with which rights. */
export function filesProblems(source: Source, field: string): StatusCause[] {
  return [
    ...modeProblems(source['defaultMode'], `${field}.defaultMode`),
    ...records(source['items']).flatMap((item, index) => fileProblems(item, `${field}.items[${index}]`)),
  ];
}

function fileProblems(item: Source, field: string): StatusCause[] {
  return [
    ...must('key', 'path')(item, field),
    ...ownPathProblems(text(item['path']), `${field}.path`),
    ...modeProblems(item['mode'], `${field}.mode`),
  ];
}

export function downwardProblems(source: Source, field: string): StatusCause[] {
  return [
    ...modeProblems(source['defaultMode'], `${field}.defaultMode`),
    ...records(source['items']).flatMap(item => downwardFileProblems(item, field)),
  ];
}

function downwardFileProblems(item: Source, field: string): StatusCause[] {
  const { fieldRef, resourceFieldRef } = item as { fieldRef?: FieldRef; resourceFieldRef?: ResourceFieldRef };
  const both = 'fieldRef and resourceFieldRef can not be specified simultaneously';
  return [
    ...must('path')(item, field),
    ...ownPathProblems(text(item['path']), `${field}.path`),
    ...(fieldRef ? fieldRefProblems(fieldRef, ofFiles, `${field}.fieldRef`) : none),
    ...(fieldRef && resourceFieldRef ? [wrong(field, 'resource', both)] : none),
    ...(!fieldRef && resourceFieldRef
      ? resourceRefProblems(resourceFieldRef, `${field}.resourceFieldRef`, true)
      : none),
    ...(fieldRef || resourceFieldRef ? none : [required(field, 'one of fieldRef and resourceFieldRef is required')]),
    ...modeProblems(item['mode'], `${field}.mode`),
  ];
}
