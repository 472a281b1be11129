import type { StatusCause } from '../../client.ts';
import { dnsLabelProblems } from '../names.ts';
import { portNameProblems } from '../port_name.ts';
import {
  duplicate,
  each,
  forbiddenField,
  none,
  notFoundField,
  oneOf,
  outside,
  required,
  unsupported,
  wrong,
} from '../problem.ts';
import { environmentProblems } from './environment.ts';
import { mountProblems, type Volumes } from './mounts.ts';
import { lifecycleProblems, type PodTraits, probesProblems } from './probe.ts';
import { resourceProblems } from './resources.ts';
import { restartPolicyProblems } from './restart_rules.ts';
import { containerSecurityProblems } from './security.ts';
import type { WireContainer, WirePort, WireSpec } from './wire.ts';

const protocols = ['SCTP', 'TCP', 'UDP'];
const ports = [1, 65_535] as const;
const messagePolicies = ['File', 'FallbackToLogsOnError'];
const pullPolicies = ['Always', 'IfNotPresent', 'Never'];

/** What the rules of a container need to know of its pod. */
export interface Around extends PodTraits {
  volumes: Volumes;
  claims: readonly string[];
  restartPolicy: string | undefined;
  hostUsers: boolean;
}

export function containersProblems({ containers = [] }: WireSpec, around: Around, path: string): StatusCause[] {
  if (containers.length === 0) return [required(path)];
  const names = new Set<string>();
  const found = containers.flatMap((container, index) => {
    const field = `${path}[${index}]`;
    return [
      ...commonProblems(container, around, field),
      ...repeated(container, names, field),
      ...lifecycleProblems(container, around, field),
      ...probesProblems(container, field),
      ...restartPolicyProblems(container, field),
    ];
  });
  return [...found, ...hostPortProblems(containers, path)];
}

export function initContainersProblems(spec: WireSpec, around: Around, path: string): StatusCause[] {
  if (!spec.initContainers) return none;
  const names = new Set((spec.containers ?? []).map(({ name = '' }) => name));
  return spec.initContainers.flatMap((container, index) => {
    const field = `${path}[${index}]`;
    const isSidecar = container.restartPolicy === 'Always';
    return [
      ...commonProblems(container, around, field),
      ...restartPolicyProblems(container, field),
      ...repeated(container, names, field),
      ...hostPortProblems([container], path),
      ...(isSidecar
        ? [...lifecycleProblems(container, around, field), ...probesProblems(container, field)]
        : onlySidecars(container, field)),
    ];
  });
}

/** The others run to their end before anybody would ask them anything. */
function onlySidecars(container: WireContainer, field: string): StatusCause[] {
  return (['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const)
    .filter(name => container[name] !== undefined)
    .map(name => forbiddenField(`${field}.${name}`, 'may not be set for init containers without restartPolicy=Always'));
}

const notForDebugging = [
  ...['ports', 'resources', 'resizePolicy', 'restartPolicy', 'restartPolicyRules'],
  ...['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle'],
] as const;

export function debugContainersProblems(spec: WireSpec, around: Around, path: string): StatusCause[] {
  if (!spec.ephemeralContainers) return none;
  const others = new Set([...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ name = '' }) => name));
  const names = new Set(others);
  return spec.ephemeralContainers.flatMap((container, index) => {
    const field = `${path}[${index}]`;
    const { targetContainerName: target } = container;
    return [
      ...commonProblems(container, around, field),
      ...imageProblems(container, field),
      ...repeated(container, names, field),
      ...(target && !others.has(target) ? [notFoundField(`${field}.targetContainerName`, target)] : none),
      ...unfitForDebugging(container, field),
    ];
  });
}

function unfitForDebugging(container: WireContainer, field: string): StatusCause[] {
  const why = 'cannot be set for an Ephemeral Container';
  const isSet = (value: unknown) =>
    value !== undefined && !(typeof value === 'object' && Object.keys(value ?? {}).length === 0);
  return [
    ...notForDebugging
      .filter(name => isSet((container as Record<string, unknown>)[name]))
      .map(name => forbiddenField(`${field}.${name}`, why)),
    ...(container.volumeMounts ?? []).flatMap((mount, index) =>
      (['subPath', 'subPathExpr'] as const)
        .filter(name => mount[name])
        .map(name => forbiddenField(`${field}.volumeMounts[${index}].${name}`, why)),
    ),
  ];
}

function repeated({ name = '' }: WireContainer, names: Set<string>, field: string): StatusCause[] {
  if (names.has(name)) return [duplicate(`${field}.name`, name)];
  names.add(name);
  return none;
}

export function imageProblems({ image = '' }: WireContainer, field: string): StatusCause[] {
  return image === image.trim()
    ? none
    : [wrong(`${field}.image`, image, 'must not have leading or trailing whitespace')];
}

/** What holds for every container of a pod. */
function commonProblems(container: WireContainer, around: Around, path: string): StatusCause[] {
  const { name, image, terminationMessagePolicy, imagePullPolicy, resources, securityContext } = container;
  return [
    ...(name ? each(`${path}.name`, name, dnsLabelProblems) : [required(`${path}.name`)]),
    ...(image ? none : [required(`${path}.image`)]),
    ...oneOf(`${path}.terminationMessagePolicy`, terminationMessagePolicy, messagePolicies),
    ...(container.ports ? portsProblems(container.ports, `${path}.ports`) : none),
    ...environmentProblems(container, path),
    ...mountProblems(container, around.volumes, path),
    ...oneOf(`${path}.imagePullPolicy`, imagePullPolicy, pullPolicies),
    ...(resources ? resourceProblems(resources, `${path}.resources`, around.claims) : none),
    ...(container.resizePolicy ? resizeProblems(container.resizePolicy, `${path}.resizePolicy`, around) : none),
    ...(securityContext
      ? containerSecurityProblems(securityContext, `${path}.securityContext`, around.hostUsers)
      : none),
  ];
}

function portsProblems(all: readonly WirePort[], path: string): StatusCause[] {
  const names = new Set<string>();
  return all.flatMap(({ name, containerPort, hostPort, protocol }, index) => {
    const field = `${path}[${index}]`;
    const ofName = name ? portNameProblems(name, `${field}.name`) : none;
    const isRepeated = name && ofName.length === 0 && names.has(name);
    if (name && ofName.length === 0) names.add(name);
    return [
      ...ofName,
      ...(isRepeated ? [duplicate(`${field}.name`, name)] : none),
      ...(containerPort
        ? outside(`${field}.containerPort`, containerPort, ports)
        : [required(`${field}.containerPort`)]),
      ...(hostPort ? outside(`${field}.hostPort`, hostPort, ports) : none),
      ...oneOf(`${field}.protocol`, protocol, protocols),
    ];
  });
}

/** One port of a node goes to one container. */
function hostPortProblems(containers: readonly WireContainer[], path: string): StatusCause[] {
  const taken = new Set<string>();
  return containers.flatMap((container, index) =>
    (container.ports ?? []).flatMap(({ hostPort, protocol = '', hostIP = '' }, at) => {
      if (!hostPort) return none;
      const shown = `${protocol}/${hostIP}/${hostPort}`;
      if (taken.has(shown)) return [duplicate(`${path}[${index}].ports[${at}].hostPort`, shown)];
      taken.add(shown);
      return none;
    }),
  );
}

type ResizePolicies = NonNullable<WireContainer['resizePolicy']>;

function resizeProblems(policies: ResizePolicies, field: string, { restartPolicy: ofPod }: Around): StatusCause[] {
  const [resources, known] = [
    ['cpu', 'memory'],
    ['NotRequired', 'RestartContainer'],
  ];
  return policies.flatMap(({ resourceName = '', restartPolicy = '' }, index) => [
    ...(policies.slice(0, index).some(other => other.resourceName === resourceName)
      ? [duplicate(`${field}[${index}]`, resourceName)]
      : none),
    ...(resources?.includes(resourceName)
      ? none
      : [resourceName ? unsupported(field, resourceName, resources ?? []) : required(field)]),
    ...oneOf(field, restartPolicy, known ?? []),
    ...(ofPod === 'Never' && restartPolicy !== 'NotRequired'
      ? [wrong(field, restartPolicy, "must be 'NotRequired' when pod `restartPolicy` is 'Never'")]
      : none),
  ]);
}
