import type { StatusCause } from '../../client.ts';
import {
  duplicate,
  forbiddenField,
  maybeOneOf,
  none,
  outside,
  required,
  tooLong,
  unsupported,
  wrong,
} from '../problem.ts';
import { internalForm } from './internal_form.ts';
import { descendingPathProblems } from './paths.ts';
import type { CommonSecurity, ContainerSecurity, PodSecurity, WireSpec } from './wire.ts';

const ids = [0, 2_147_483_647] as const;
const profiles = ['Localhost', 'RuntimeDefault', 'Unconfined'];
const longestProfile = 4095;

export function containerSecurityProblems(
  context: ContainerSecurity,
  field: string,
  hostUsers: boolean,
): StatusCause[] {
  const { runAsUser, runAsGroup, procMount } = context;
  const unmasked = '`hostUsers` must be false to use `Unmasked`';
  return [
    ...outside(`${field}.runAsUser`, runAsUser, ids),
    ...outside(`${field}.runAsGroup`, runAsGroup, ids),
    ...maybeOneOf(`${field}.procMount`, procMount, ['Default', 'Unmasked']),
    ...(hostUsers && procMount === 'Unmasked' ? [wrong(`${field}.procMount`, procMount, unmasked)] : none),
    ...seccompProblems(context, `${field}.seccompProfile`),
    ...contradictions(context, field),
    ...appArmorProblems(context, `${field}.appArmorProfile`),
  ];
}

/** Who may do all can't be kept from gaining more. */
function contradictions(context: ContainerSecurity, field: string): StatusCause[] {
  const { allowPrivilegeEscalation, privileged, capabilities } = context;
  if (allowPrivilegeEscalation !== false) return none;
  const shown = () => internalForm('SecurityContext', context);
  const fault = (what: string) => wrong(field, shown(), `cannot set \`allowPrivilegeEscalation\` to false and ${what}`);
  return [
    ...(privileged ? [fault('`privileged` to true')] : none),
    ...(capabilities?.add ?? [])
      .filter(name => name === 'CAP_SYS_ADMIN')
      .map(() => fault('`capabilities.Add` CAP_SYS_ADMIN')),
  ];
}

export function podSecurityProblems(spec: WireSpec, path: string): StatusCause[] {
  const context = spec.securityContext;
  if (!context) return none;
  const field = `${path}.securityContext`;
  const together = 'ShareProcessNamespace and HostPID cannot both be enabled';
  return [
    ...outside(`${field}.fsGroup`, context.fsGroup, ids),
    ...outside(`${field}.runAsUser`, context.runAsUser, ids),
    ...outside(`${field}.runAsGroup`, context.runAsGroup, ids),
    ...(context.supplementalGroups ?? []).flatMap((id, at) => outside(`${field}.supplementalGroups[${at}]`, id, ids)),
    ...(spec.shareProcessNamespace && spec.hostPID ? [wrong(`${field}.shareProcessNamespace`, true, together)] : none),
    ...(context.sysctls ? sysctlProblems(context.sysctls, spec, `${field}.sysctls`) : none),
    ...maybeOneOf(`${field}.fsGroupChangePolicy`, context.fsGroupChangePolicy, ['Always', 'OnRootMismatch']),
    ...seccompProblems(context, `${field}.seccompProfile`),
    ...appArmorProblems(context, `${field}.appArmorProfile`),
    ...maybeOneOf(`${field}.supplementalGroupsPolicy`, context.supplementalGroupsPolicy, ['Merge', 'Strict']),
    ...maybeOneOf(`${field}.seLinuxChangePolicy`, context.seLinuxChangePolicy, ['Recursive']),
  ];
}

const segment = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const sysctlForm = `^(${segment}[\\./])*${segment}$`;
const sysctl = new RegExp(sysctlForm);

function sysctlProblems(sysctls: NonNullable<PodSecurity['sysctls']>, spec: WireSpec, path: string): StatusCause[] {
  return sysctls.flatMap(({ name = '' }, index) => {
    const field = `${path}[${index}].name`;
    const isOfHost =
      (spec.hostNetwork && name.startsWith('net.')) ||
      (spec.hostIPC && /^(kernel\.(shm|msg|sem)|fs\.mqueue\.)/.test(name));
    const why = `must have at most 253 characters and match regex ${sysctlForm}`;
    const isValid = name.length <= 253 && sysctl.test(name);
    const isRepeated = sysctls.slice(0, index).some(other => other.name === name);
    const host = name.startsWith('net.') ? 'hostNetwork' : 'hostIPC';
    return [
      ...(name === '' ? [required(field)] : isValid ? none : [wrong(field, name, why)]),
      ...(isValid && isRepeated ? [duplicate(field, name)] : none),
      ...(isOfHost ? [wrong(field, name, `may not be specified when '${host}' is true`)] : none),
    ];
  });
}

function seccompProblems({ seccompProfile: profile }: CommonSecurity, field: string): StatusCause[] {
  if (!profile) return none;
  const { type, localhostProfile: path } = profile;
  const only = 'can only be set when seccomp type is Localhost';
  return [
    ...typeProblems(type, `${field}.type`, 'seccompProfile'),
    ...(type === 'Localhost'
      ? path === undefined
        ? [required(`${field}.localhostProfile`, 'must be set when seccomp type is Localhost')]
        : descendingPathProblems(path, `${field}.localhostProfile`)
      : none),
    ...(type !== 'Localhost' && path !== undefined
      ? [wrong(`${field}.localhostProfile`, internalForm('SeccompProfile', profile), only)]
      : none),
  ];
}

function typeProblems(type: string | undefined, field: string, what: string): StatusCause[] {
  if (!type) return [required(field, `type is required when ${what} is set`)];
  return profiles.includes(type) ? none : [unsupported(field, type, profiles)];
}

function appArmorProblems({ appArmorProfile: profile }: CommonSecurity, path: string): StatusCause[] {
  if (!profile) return none;
  const { type, localhostProfile: name } = profile;
  const field = `${path}.localhostProfile`;
  if (type !== 'Localhost') {
    const only = 'can only be set when AppArmor type is Localhost';
    const isKnown = type !== undefined && profiles.includes(type);
    return [
      ...typeProblems(type, `${path}.type`, 'appArmorProfile'),
      ...(isKnown && name !== undefined ? [wrong(field, name, only)] : none),
    ];
  }
  if (!name) return [required(field, 'must be set when AppArmor type is Localhost')];
  return [
    ...(name.trim() === name ? none : [wrong(field, name, 'must not be padded with whitespace')]),
    ...(name.length > longestProfile ? [tooLong(field, longestProfile)] : none),
  ];
}

/** A pod with users of its own shares nothing of the host. */
export function hostUsersProblems(spec: WireSpec, path: string): StatusCause[] {
  if (spec.hostUsers !== false) return none;
  const shared = { hostNetwork: spec.hostNetwork, HostPID: spec.hostPID, HostIPC: spec.hostIPC };
  return Object.entries(shared)
    .filter(([, isShared]) => isShared)
    .map(([name]) => forbiddenField(`${path}.${name}`, 'when `hostUsers` is false'));
}
