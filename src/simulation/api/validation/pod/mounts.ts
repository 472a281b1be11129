import type { StatusCause } from '../../client.ts';
import { forbiddenField, maybeOneOf, none, notFoundField, required, wrong } from '../problem.ts';
import { descendingPathProblems } from './paths.ts';
import type { Mount, WireContainer, WireVolume } from './wire.ts';

const propagations = ['Bidirectional', 'HostToContainer', 'None'];
const readOnlys = ['Disabled', 'Enabled', 'IfPossible'];

export type Volumes = ReadonlyMap<string, WireVolume>;

export function mountProblems(container: WireContainer, volumes: Volumes, path: string): StatusCause[] {
  const { volumeMounts: mounts, volumeDevices: devices } = container;
  if (!mounts && !devices) return none;
  return [
    ...(mounts ?? []).flatMap((mount, index) => [
      ...placeProblems(container, index, volumes, `${path}.volumeMounts[${index}]`),
      ...modeProblems(mount, container, `${path}.volumeMounts`),
    ]),
    ...(devices ?? []).flatMap((_, index) => deviceProblems(container, index, volumes, path)),
  ];
}

function placeProblems(
  { volumeMounts = [], volumeDevices = [] }: WireContainer,
  index: number,
  volumes: Volumes,
  field: string,
) {
  const { name = '', mountPath = '', subPath, subPathExpr } = volumeMounts[index] ?? {};
  const isRepeated = volumeMounts.slice(0, index).some(other => (other.mountPath ?? '') === mountPath);
  const devices = new Map(volumeDevices.map(device => [device.name, device.devicePath]));
  const exclusive = 'subPathExpr and subPath are mutually exclusive';
  const list = field.slice(0, field.lastIndexOf('['));
  return [
    ...(name ? none : [required(`${field}.name`)]),
    ...(volumes.has(name) ? none : [notFoundField(`${field}.name`, name)]),
    ...(mountPath ? none : [required(`${field}.mountPath`)]),
    ...(isRepeated ? [wrong(`${field}.mountPath`, mountPath, 'must be unique')] : none),
    ...(devices.has(name) ? [wrong(`${field}.name`, name, 'must not already exist in volumeDevices')] : none),
    ...([...devices.values()].includes(mountPath)
      ? [wrong(`${field}.mountPath`, mountPath, 'must not already exist as a path in volumeDevices')]
      : none),
    ...(subPath ? descendingPathProblems(subPath, `${list}.subPath`) : none),
    ...(subPath && subPathExpr ? [wrong(`${field}.subPathExpr`, subPathExpr, exclusive)] : none),
    ...(subPathExpr ? descendingPathProblems(subPathExpr, `${list}.subPathExpr`) : none),
  ];
}

function modeProblems(
  { mountPropagation, recursiveReadOnly, readOnly }: Mount,
  container: WireContainer,
  path: string,
) {
  const both = mountPropagation === 'Bidirectional' && !container.securityContext?.privileged;
  const field = `${path}.recursiveReadOnly`;
  const isOn = recursiveReadOnly === 'Enabled' || recursiveReadOnly === 'IfPossible';
  return [
    ...maybeOneOf(`${path}.mountPropagation`, mountPropagation, propagations),
    ...(both
      ? [
          forbiddenField(
            `${path}.mountPropagation`,
            'Bidirectional mount propagation is available only to privileged containers',
          ),
        ]
      : none),
    ...maybeOneOf(field, recursiveReadOnly, readOnlys),
    ...(isOn && !readOnly ? [forbiddenField(field, 'may only be specified when readOnly is true')] : none),
    ...(isOn && mountPropagation !== undefined && mountPropagation !== 'None'
      ? [forbiddenField(field, 'may only be specified when mountPropagation is None or not specified')]
      : none),
  ];
}

function deviceProblems(
  { volumeMounts = [], volumeDevices = [] }: WireContainer,
  index: number,
  volumes: Volumes,
  path: string,
) {
  const { name = '', devicePath = '' } = volumeDevices[index] ?? {};
  const earlier = volumeDevices.slice(0, index);
  const mounts = new Map(volumeMounts.map(mount => [mount.name, mount.mountPath]));
  const volume = volumes.get(name);
  const isClaim = volume?.['persistentVolumeClaim'] !== undefined || volume?.['ephemeral'] !== undefined;
  const field = `${path}.volumeDevices[${index}]`;
  const [nameField, pathField] = [`${field}.name`, `${field}.devicePath`];
  const kinds = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode';
  const climbs = devicePath.split('/').includes('..');
  return [
    ...(name ? none : [required(nameField)]),
    ...(name && earlier.some(other => other.name === name) ? [wrong(nameField, name, 'must be unique')] : none),
    ...(volume && !isClaim ? [wrong(nameField, name, kinds)] : none),
    ...(volume ? none : [notFoundField(nameField, name)]),
    ...(devicePath ? none : [required(pathField)]),
    ...(earlier.some(other => other.devicePath === devicePath)
      ? [wrong(pathField, devicePath, 'must be unique')]
      : none),
    ...(climbs ? [wrong(pathField, devicePath, "can not contain backsteps ('..')")] : none),
    ...(mounts.has(name) ? [wrong(nameField, name, 'must not already exist in volumeMounts')] : none),
    ...([...mounts.values()].includes(devicePath)
      ? [wrong(pathField, devicePath, 'must not already exist as a path in volumeMounts')]
      : none),
  ];
}
