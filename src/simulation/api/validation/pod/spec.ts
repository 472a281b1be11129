import { amountOf, amountsOf, amountText, sumOf } from '../../../../kubernetes/kinds/amount.ts';
import type { StatusCause } from '../../client.ts';
import { labelProblems } from '../metadata.ts';
import { dnsLabelProblems, qualifiedNameProblems, subdomainProblems } from '../names.ts';
import {
  duplicate,
  each,
  forbiddenField,
  maybeOneOf,
  none,
  oneOf,
  outside,
  required,
  tooLong,
  wrong,
} from '../problem.ts';
import { type Around, containersProblems, debugContainersProblems, initContainersProblems } from './container.ts';
import { dnsProblems, hostAliasProblems } from './dns.ts';
import { affinityProblems, spreadProblems, tolerationProblems } from './placement.ts';
import { resourceProblems } from './resources.ts';
import { hostUsersProblems, podSecurityProblems } from './security.ts';
import { volumesProblems } from './volumes.ts';
import type { WireSpec } from './wire.ts';

const deadlines = [1, 2_147_483_647] as const;

/** A pod's spec, its own or in a template. `isPod`: one on its node's network has to say each port twice. */
export function specProblems(spec: WireSpec, path: string, isPod: boolean): StatusCause[] {
  const [ofVolumes, volumes] = volumesProblems(spec.volumes ?? [], `${path}.volumes`);
  const around: Around = {
    volumes,
    claims: (spec.resourceClaims ?? []).map(({ name = '' }) => name),
    restartPolicy: spec.restartPolicy,
    hostUsers: spec.hostUsers ?? true,
    grace: spec.terminationGracePeriodSeconds,
  };
  return [
    ...ofVolumes,
    ...containersProblems(spec, around, `${path}.containers`),
    ...initContainersProblems(spec, around, `${path}.initContainers`),
    ...debugContainersProblems(spec, around, `${path}.ephemeralContainers`),
    ...(spec.resources ? totalProblems(spec, around, `${path}.resources`) : none),
    ...(spec.hostNetwork ? hostPortProblems(spec, isPod, `${path}.containers`) : none),
    ...policyProblems(spec, path),
    ...labelProblems(spec.nodeSelector, `${path}.nodeSelector`),
    ...podSecurityProblems(spec, path),
    ...affinityProblems(spec, path),
    ...dnsProblems(spec, path),
    ...(spec.readinessGates || spec.schedulingGates ? gateProblems(spec, path) : none),
    ...(spec.topologySpreadConstraints
      ? spreadProblems(spec.topologySpreadConstraints, `${path}.topologySpreadConstraints`)
      : none),
    ...hostUsersProblems(spec, path),
    ...(spec.hostnameOverride === undefined ? none : overrideProblems(spec, `${path}.hostnameOverride`)),
    ...lateProblems(spec, path),
  ];
}

function policyProblems({ restartPolicy, dnsPolicy }: WireSpec, path: string): StatusCause[] {
  return [
    ...oneOf(`${path}.restartPolicy`, restartPolicy, ['Always', 'OnFailure', 'Never']),
    ...oneOf(`${path}.dnsPolicy`, dnsPolicy, ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']),
  ];
}

function lateProblems(spec: WireSpec, path: string): StatusCause[] {
  const { activeDeadlineSeconds, tolerations, hostAliases, runtimeClassName, preemptionPolicy, overhead } = spec;
  const { serviceAccountName, nodeName, hostname, subdomain, priorityClassName } = spec;
  return [
    ...(serviceAccountName ? each(`${path}.serviceAccountName`, serviceAccountName, subdomainProblems) : none),
    ...(nodeName ? each(`${path}.nodeName`, nodeName, subdomainProblems) : none),
    ...outside(`${path}.activeDeadlineSeconds`, activeDeadlineSeconds, deadlines),
    ...(hostname ? each(`${path}.hostname`, hostname, dnsLabelProblems) : none),
    ...(subdomain ? each(`${path}.subdomain`, subdomain, dnsLabelProblems) : none),
    ...(tolerations ?? []).flatMap((one, at) => tolerationProblems(one, `${path}.tolerations[${at}]`)),
    ...(hostAliases ? hostAliasProblems(hostAliases, `${path}.hostAliases`) : none),
    ...(priorityClassName ? each(`${path}.priorityClassName`, priorityClassName, subdomainProblems) : none),
    ...(runtimeClassName === undefined ? none : each(`${path}.runtimeClassName`, runtimeClassName, subdomainProblems)),
    ...(preemptionPolicy === undefined
      ? none
      : oneOf(`${path}.preemptionPolicy`, preemptionPolicy, ['PreemptLowerPriority', 'Never'])),
    ...(overhead ? resourceProblems({ limits: overhead }, `${path}.overhead`, []) : none),
    ...(spec.os ? systemProblems(spec.os.name, `${path}.os`) : none),
  ];
}

function systemProblems(name: string | undefined, field: string): StatusCause[] {
  if (!name) return [required(`${field}.name`)];
  return maybeOneOf(field, name, ['linux', 'windows']);
}

function hostPortProblems({ containers = [] }: WireSpec, isPod: boolean, path: string): StatusCause[] {
  return containers.flatMap(({ ports = [] }, index) =>
    ports.flatMap(({ hostPort = 0, containerPort = 0 }, at) => {
      if (hostPort === containerPort || (hostPort === 0 && !isPod)) return none;
      const why = 'must match `containerPort` when `hostNetwork` is true';
      return [wrong(`${path}[${index}].ports[${at}].hostPort`, hostPort, why)];
    }),
  );
}

/** What a pod waits for before it is ready, and before it is scheduled. */
function gateProblems({ readinessGates, schedulingGates }: WireSpec, path: string): StatusCause[] {
  return [
    ...(readinessGates ?? []).flatMap(({ conditionType = '' }, at) =>
      each(`${path}.readinessGates[${at}].conditionType`, conditionType, qualifiedNameProblems),
    ),
    ...(schedulingGates ?? []).flatMap(({ name = '' }, at, all) => [
      ...each(`${path}.schedulingGates[${at}]`, name, qualifiedNameProblems),
      ...(all.slice(0, at).some(other => other.name === name)
        ? [duplicate(`${path}.schedulingGates[${at}]`, name)]
        : none),
    ]),
  ];
}

function overrideProblems({ hostnameOverride = '', setHostnameAsFQDN, hostNetwork }: WireSpec, field: string) {
  const fault = (when: string) => forbiddenField(field, `may not be specified when ${when} is true`);
  return [
    ...(setHostnameAsFQDN ? [fault('setHostnameAsFQDN')] : none),
    ...(hostNetwork ? [fault('hostNetwork')] : none),
    ...(hostnameOverride.length > 64 ? [tooLong(field, 64)] : none),
    ...each(field, hostnameOverride, subdomainProblems),
  ];
}

/** What all containers may have together is no less than what they ask for. */
function totalProblems(spec: WireSpec, { claims }: Around, field: string): StatusCause[] {
  const { resources = {}, containers = [] } = spec;
  const needed = containers.map(container => amountsOf(container.resources?.requests)).reduce(sumOf, {});
  const total = resources.requests ?? {};
  return [
    ...(resources.claims
      ? [forbiddenField(`${field}.claims`, 'claims may not be set for Resources at pod-level')]
      : none),
    ...resourceProblems(resources, field, claims, true),
    ...Object.entries(needed).flatMap(([name, amount]) => {
      const given = total[name];
      if (given === undefined || amountOf(given).nano >= amount.nano) return none;
      const why = `must be greater than or equal to aggregate container requests of ${amountText(amount)}`;
      return [wrong(`${field}.requests[${name}]`, given, why)];
    }),
    ...containers.flatMap((container, index) =>
      Object.entries(container.resources?.limits ?? {}).flatMap(([name, limit]) => {
        const given = resources.limits?.[name];
        if (given === undefined || amountOf(limit).nano <= amountOf(given).nano) return none;
        const at = `${field}.containers[${index}][${name}].limits`;
        return [wrong(at, limit, `must be less than or equal to pod limits of ${given}`)];
      }),
    ),
  ];
}

/** Nothing is required here that defaults have given; what they can't give a client has to. */
export function templateOnlyProblems(spec: WireSpec, path: string): StatusCause[] {
  if (!spec.ephemeralContainers?.length) return none;
  return [forbiddenField(`${path}.ephemeralContainers`, 'ephemeral containers not allowed in pod template')];
}
