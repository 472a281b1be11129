import type { StatusCause } from '../../client.ts';
import { headerProblems } from '../names.ts';
import { portNameProblems } from '../port_name.ts';
import { forbiddenField, none, outside, required, unsupported, wrong } from '../problem.ts';
import type { Handler, WireContainer, WireProbe } from './wire.ts';

const ports = [1, 65_535] as const;
const counts = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const;
const schemes = ['HTTP', 'HTTPS'];

export function probesProblems(container: WireContainer, path: string): StatusCause[] {
  const { livenessProbe: liveness, readinessProbe: readiness, startupProbe: startup } = container;
  if (!liveness && !readiness && !startup) return none;
  const field = (name: string) => `${path}.${name}Probe`;
  const grace = readiness?.terminationGracePeriodSeconds;
  return [
    ...(liveness
      ? [...probeProblems(liveness, field('liveness')), ...onceProblems(liveness, field('liveness'))]
      : none),
    ...(readiness ? probeProblems(readiness, field('readiness')) : none),
    ...(grace === undefined
      ? none
      : [wrong(`${field('readiness')}.terminationGracePeriodSeconds`, grace, 'must not be set for readinessProbes')]),
    ...(startup ? [...probeProblems(startup, field('startup')), ...onceProblems(startup, field('startup'))] : none),
  ];
}

function onceProblems({ successThreshold = 0 }: WireProbe, field: string): StatusCause[] {
  return successThreshold === 1 ? none : [wrong(`${field}.successThreshold`, successThreshold, 'must be 1')];
}

function probeProblems(probe: WireProbe, field: string): StatusCause[] {
  const { terminationGracePeriodSeconds: grace = 1 } = probe;
  const negative = counts.filter(name => (probe[name] ?? 0) < 0);
  const ofHandler = handlerProblems(probe, field);
  if (negative.length === 0 && grace > 0) return ofHandler;
  return [
    ...ofHandler,
    ...negative.map(name => wrong(`${field}.${name}`, probe[name], 'must be greater than or equal to 0')),
    ...(grace > 0 ? none : [wrong(`${field}.terminationGracePeriodSeconds`, grace, 'must be greater than 0')]),
  ];
}

const ways = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const;

/** One way to ask, and only one. */
function handlerProblems(handler: Handler, field: string, grace?: number): StatusCause[] {
  const first = ways.find(way => handler[way]);
  if (!first) return [required(field, 'must specify a handler type')];
  const others = ways.filter(way => way !== first && handler[way]);
  const problems = wayProblems(handler, first, `${field}.${first}`, grace);
  if (others.length === 0) return problems;
  const more = others.map(way => forbiddenField(`${field}.${way}`, 'may not specify more than 1 handler type'));
  return [...problems, ...more];
}

function wayProblems(handler: Handler, way: (typeof ways)[number], field: string, grace?: number): StatusCause[] {
  if (way === 'exec') return handler.exec?.command?.length ? none : [required(`${field}.command`)];
  if (way === 'httpGet') return requestProblems(handler.httpGet ?? {}, field);
  if (way === 'sleep') return sleepProblems(handler.sleep?.seconds ?? 0, field, grace);
  return portProblems(handler[way]?.port, `${field}.port`);
}

function requestProblems(
  { path, port, scheme = '', httpHeaders = [] }: NonNullable<Handler['httpGet']>,
  field: string,
) {
  return [
    ...(path ? none : [required(`${field}.path`)]),
    ...portProblems(port, `${field}.port`),
    ...(schemes.includes(scheme) ? none : [unsupported(`${field}.scheme`, scheme, schemes)]),
    ...httpHeaders.flatMap(({ name = '' }) =>
      headerProblems(name).map(text => wrong(`${field}.httpHeaders`, name, text)),
    ),
  ];
}

function portProblems(port: number | string = 0, field: string): StatusCause[] {
  return typeof port === 'string' ? portNameProblems(port, field) : outside(field, port, ports);
}

function sleepProblems(seconds: number, field: string, grace?: number): StatusCause[] {
  if (grace === undefined || (seconds >= 0 && seconds <= grace)) return none;
  return [wrong(field, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${grace})`)];
}

export interface PodTraits {
  grace?: number | undefined;
}

export function lifecycleProblems({ lifecycle }: WireContainer, { grace }: PodTraits, path: string): StatusCause[] {
  if (!lifecycle) return none;
  const { postStart, preStop } = lifecycle;
  const field = `${path}.lifecycle`;
  return [
    ...(postStart ? handlerProblems(postStart, `${field}.postStart`, grace) : none),
    ...(preStop ? handlerProblems(preStop, `${field}.preStop`, grace) : none),
  ];
}
