import type { Container, Pod } from '../../../kubernetes/objects.ts';

/** The rules of the Pod Security Standards: each says what is wrong with a pod, if anything. */
export type SecurityCheck = (pod: SecuredPod) => string | undefined;

interface SecurityContext {
  privileged?: boolean;
  allowPrivilegeEscalation?: boolean;
  runAsNonRoot?: boolean;
  runAsUser?: number;
  procMount?: string;
  capabilities?: { add?: string[]; drop?: string[] };
  seccompProfile?: { type?: string };
  seLinuxOptions?: { type?: string; user?: string; role?: string };
  sysctls?: { name: string }[];
}

interface Handler {
  httpGet?: { host?: string };
  tcpSocket?: { host?: string };
}

type SecuredContainer = Pick<Container, 'name' | 'ports'> & {
  securityContext?: SecurityContext;
  livenessProbe?: Handler;
  readinessProbe?: Handler;
  startupProbe?: Handler;
  lifecycle?: { postStart?: Handler; preStop?: Handler };
};

/** A pod, as far as these rules look into it. */
export interface SecuredPod {
  hostNetwork?: boolean;
  hostPID?: boolean;
  hostIPC?: boolean;
  hostUsers?: boolean;
  volumes: Record<string, unknown>[];
  securityContext: SecurityContext;
  containers: SecuredContainer[];
}

export function securedPod(spec: Pod['spec']): SecuredPod {
  const given = spec as unknown as Partial<SecuredPod> & { initContainers?: SecuredContainer[] };
  return {
    ...given,
    volumes: given.volumes ?? [],
    securityContext: given.securityContext ?? {},
    containers: [...(given.initContainers ?? []), ...(given.containers ?? [])],
  };
}

const defaultCapabilities = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  ),
);
const safeSysctls = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_wmem',
]);
const safeVolumes = new Set(
  'configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret'.split(' '),
);

export const baselineChecks: Readonly<Record<string, SecurityCheck>> = {
  capabilities({ containers }) {
    const added = (one: SecuredContainer) => (one.securityContext?.capabilities?.add ?? []).filter(notDefault);
    const bad = containers.filter(one => added(one).length > 0);
    const what = quoted(distinct(bad.flatMap(added)));
    return found(
      bad,
      `non-default capabilities (${named(bad)} must not include ${what} in securityContext.capabilities.add)`,
    );
  },
  hostNamespaces(pod) {
    const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter(name => pod[name]);
    return found(shared, `host namespaces (${shared.map(name => `${name}=true`).join(', ')})`);
  },
  hostPathVolumes({ volumes }) {
    const bad = volumes.filter(({ hostPath }) => hostPath).map(({ name }) => String(name));
    return found(bad, `hostPath volumes (${counted('volume', bad)} ${quoted(bad)})`);
  },
  hostPorts({ containers }) {
    const used = (one: SecuredContainer) =>
      (one.ports ?? []).flatMap(({ hostPort }) => (hostPort ? [String(hostPort)] : []));
    const bad = containers.filter(one => used(one).length > 0);
    const ports = distinct(bad.flatMap(used));
    return found(
      bad,
      `hostPort (${named(bad)} ${bad.length === 1 ? 'uses' : 'use'} ${counted('hostPort', ports)} ${ports.join(', ')})`,
    );
  },
  hostProbes({ containers }) {
    const bad = containers.filter(one => hostsOf(one).length > 0);
    const hosts = distinct(bad.flatMap(hostsOf));
    const what = counted('probe or lifecycle host', hosts);
    return found(
      bad,
      `probe or lifecycle host (${named(bad)} ${bad.length === 1 ? 'uses' : 'use'} ${what} ${quoted(hosts)})`,
    );
  },
  privileged({ containers }) {
    const bad = containers.filter(one => one.securityContext?.privileged);
    return found(bad, `privileged (${named(bad)} must not set securityContext.privileged=true)`);
  },
  procMount({ containers }) {
    const bad = containers.filter(one => (one.securityContext?.procMount ?? 'Default') !== 'Default');
    const what = quoted(distinct(bad.map(one => one.securityContext?.procMount ?? '')));
    return found(bad, `procMount (${named(bad)} must not set securityContext.procMount to ${what})`);
  },
  seLinuxOptions(pod) {
    const setters = settersOf(pod, isForeign);
    const options = contextsOf(pod).flatMap(({ seLinuxOptions = {} }) => seLinuxOptions);
    const types = distinct(options.map(({ type = '' }) => type).filter(type => !containerTypes.includes(type)));
    const data = [
      ...(types.length > 0 ? [`${counted('type', types)} ${quoted(types)}`] : []),
      ...(options.some(({ user }) => user) ? ['user may not be set'] : []),
      ...(options.some(({ role }) => role) ? ['role may not be set'] : []),
    ];
    const what = `set forbidden securityContext.seLinuxOptions: ${data.join('; ')}`;
    return setters ? `seLinuxOptions (${setters} ${what})` : undefined;
  },
  seccompProfile: pod => badProfiles(pod),
  sysctls({ securityContext }) {
    const bad = distinct(
      (securityContext.sysctls ?? []).map(({ name }) => name).filter(name => !safeSysctls.has(name)),
    );
    return found(bad, `forbidden sysctls (${bad.join(', ')})`);
  },
};

export const restrictedChecks: Readonly<Record<string, SecurityCheck>> = {
  allowPrivilegeEscalation({ containers }) {
    const bad = containers.filter(one => one.securityContext?.allowPrivilegeEscalation !== false);
    const what = 'must set securityContext.allowPrivilegeEscalation=false';
    return found(bad, `allowPrivilegeEscalation != false (${named(bad)} ${what})`);
  },
  capabilities({ containers }) {
    const of = (one: SecuredContainer) => one.securityContext?.capabilities ?? {};
    const keeping = containers.filter(one => !of(one).drop?.includes('ALL'));
    const added = (one: SecuredContainer) => (of(one).add ?? []).filter(name => name !== 'NET_BIND_SERVICE');
    const adding = containers.filter(one => added(one).length > 0);
    const names = quoted(distinct(adding.flatMap(added)));
    const details = [
      found(keeping, `${named(keeping)} must set securityContext.capabilities.drop=["ALL"]`),
      found(adding, `${named(adding)} must not include ${names} in securityContext.capabilities.add`),
    ].filter(detail => detail !== undefined);
    return found(details, `unrestricted capabilities (${details.join('; ')})`);
  },
  restrictedVolumes({ volumes }) {
    const typeOf = (volume: Record<string, unknown>) => Object.keys(volume).find(key => key !== 'name') ?? 'unknown';
    const bad = volumes.filter(volume => !safeVolumes.has(typeOf(volume)));
    const [names, types] = [bad.map(({ name }) => String(name)), distinct(bad.map(typeOf))];
    const uses = `${names.length === 1 ? 'uses' : 'use'} ${counted('restricted volume type', types)} ${quoted(types)}`;
    return found(bad, `restricted volume types (${counted('volume', names)} ${quoted(names)} ${uses})`);
  },
  runAsNonRoot(pod) {
    const isNotRoot = ({ securityContext }: { securityContext?: SecurityContext }) => securityContext?.runAsNonRoot;
    if (pod.hostUsers === false) return undefined;
    const setters = settersOf(pod, context => context.runAsNonRoot === false);
    if (setters) return `runAsNonRoot != true (${setters} must not set securityContext.runAsNonRoot=false)`;
    const silent = isNotRoot(pod) ? [] : pod.containers.filter(one => isNotRoot(one) === undefined);
    return found(silent, `runAsNonRoot != true (pod or ${named(silent)} must set securityContext.runAsNonRoot=true)`);
  },
  runAsUser(pod) {
    const setters = pod.hostUsers === false ? '' : settersOf(pod, ({ runAsUser }) => runAsUser === 0);
    return setters ? `runAsUser=0 (${setters} must not set runAsUser=0)` : undefined;
  },
  seccompProfile(pod) {
    const isSilent = ({ securityContext }: { securityContext?: SecurityContext }) => !securityContext?.seccompProfile;
    const silent = isSilent(pod) ? pod.containers.filter(isSilent) : [];
    const what = 'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"';
    return badProfiles(pod) ?? found(silent, `seccompProfile (pod or ${named(silent)} ${what})`);
  },
};

function notDefault(capability: string): boolean {
  return !defaultCapabilities.has(capability);
}

function hostsOf({ livenessProbe, readinessProbe, startupProbe, lifecycle = {} }: SecuredContainer): string[] {
  const handlers = [livenessProbe, readinessProbe, startupProbe, lifecycle.postStart, lifecycle.preStop];
  return handlers.flatMap(handler => [handler?.httpGet?.host, handler?.tcpSocket?.host].flatMap(host => host || []));
}

function badProfiles(pod: SecuredPod): string | undefined {
  const isBad = ({ seccompProfile }: SecurityContext) =>
    seccompProfile !== undefined && !['RuntimeDefault', 'Localhost'].includes(seccompProfile.type ?? '');
  const types = quoted(
    distinct(
      contextsOf(pod)
        .filter(isBad)
        .map(({ seccompProfile }) => seccompProfile?.type ?? ''),
    ),
  );
  const setters = settersOf(pod, isBad);
  return setters
    ? `seccompProfile (${setters} must not set securityContext.seccompProfile.type to ${types})`
    : undefined;
}

const containerTypes = ['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'];

function isForeign({ seLinuxOptions }: SecurityContext): boolean {
  const { type = '', user, role } = seLinuxOptions ?? {};
  return !containerTypes.includes(type) || Boolean(user) || Boolean(role);
}

function contextsOf(pod: SecuredPod): SecurityContext[] {
  return [pod.securityContext, ...pod.containers.map(({ securityContext = {} }) => securityContext)];
}

/** Which of the pod and its containers say so themselves. */
function settersOf(pod: SecuredPod, says: (context: SecurityContext) => boolean): string {
  const containers = pod.containers.filter(({ securityContext }) => securityContext && says(securityContext));
  return [...(says(pod.securityContext) ? ['pod'] : []), ...(containers.length > 0 ? [named(containers)] : [])].join(
    ' and ',
  );
}

function found(bad: readonly unknown[], text: string): string | undefined {
  return bad.length > 0 ? text : undefined;
}

function named(containers: readonly SecuredContainer[]): string {
  const names = containers.map(({ name }) => name);
  return `${counted('container', names)} ${quoted(names)}`;
}

function counted(noun: string, list: readonly unknown[]): string {
  return list.length === 1 ? noun : `${noun}s`;
}

function quoted(list: readonly string[]): string {
  return list.map(text => `"${text}"`).join(', ');
}

function distinct(list: readonly string[]): string[] {
  return [...new Set(list)].sort();
}
