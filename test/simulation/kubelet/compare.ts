import type { KubeEvent, Pod, PodStatus } from '../../../src/kubernetes/objects.ts';
import {
  distinct,
  type Moment,
  momentOf,
  neutral,
  type OwnerStatus,
  type RecordedEvent,
  type RecordedPod,
} from './recording.ts';

/** Something that isn't here as it was there; `where` is short and stays the same, `how` is for people. */
export interface Difference {
  where: string;
  how: string;
}

/** Seconds by which a step may come sooner or later: two looks of the kubelet, which come in 3 s each. */
const slackSeconds = 6;

/**
 * The recording was sampled, so it may have missed what was over within two samples and their jitter; it can't have
 * seen what didn't happen.
 */
export function compareHistory(seen: Moment[], recorded: RecordedPod, until: number): Difference[] {
  const ours = distinct(seen);
  const theirs = distinct(recorded.history.map(({ at, status }) => momentOf(at, status))).filter(
    ({ at }) => at < until,
  );
  const lasting = ours.filter(({ at }, i) => at < until && (ours[i + 1]?.at ?? Infinity) - at > 1.5);
  const common = withoutExtra(ours, theirs);
  const missing = withoutExtra(theirs, common).length < theirs.length;
  const extra = withoutExtra(theirs, lasting).length < lasting.length;
  if (missing || extra) return [{ where: 'history', how: `here:\n${lines(ours)}\nthere:\n${lines(theirs)}` }];
  return theirs.flatMap(({ what, at }, i) => {
    const lasted = at - (theirs[i - 1]?.at ?? 0);
    const ourLasted = (common[i]?.at ?? 0) - (common[i - 1]?.at ?? 0);
    if (Math.abs(ourLasted - lasted) < slackSeconds) return [];
    return [{ where: 'history', how: `${ourLasted} s here, ${lasted} s there until ${what}` }];
  });
}

function lines(moments: Moment[]): string {
  return moments.map(({ at, what }) => `  ${at} ${what}`).join('\n');
}

/** What of `all` also occurs in `wanted`, in that order. */
function withoutExtra(all: Moment[], wanted: Moment[]): Moment[] {
  const left = wanted.map(({ what }) => what);
  return all.filter(({ what }) => what === left[0] && left.shift() !== undefined);
}

export function compareFinal(pod: Pod, recorded: PodStatus): Difference[] {
  const here = explanation(pod.status ?? { phase: 'Unknown' });
  const there = explanation(recorded);
  return [...new Set([...Object.keys(here), ...Object.keys(there)])].flatMap(key => {
    const [mine, other] = [JSON.stringify(here[key]), JSON.stringify(there[key])];
    return mine === other ? [] : [{ where: `status.${key}`, how: `${mine} here, ${other} there` }];
  });
}

function explanation(status: PodStatus): Record<string, unknown> {
  const {
    phase,
    reason,
    message,
    conditions = [],
    observedGeneration,
    allocatedResources,
    resources,
    qosClass,
  } = status;
  const statuses = { init: status.initContainerStatuses ?? [], main: status.containerStatuses ?? [] };
  return {
    ...{ phase, reason, message, observedGeneration, qosClass, allocatedResources },
    resources,
    startTime: status.startTime !== undefined,
    podIP: status.podIP !== undefined,
    podIPs: status.podIPs?.length,
    hostIP: status.hostIP !== undefined,
    hostIPs: status.hostIPs?.length,
    conditions: conditions.map(one => [one.type, one.status, one.reason, one.message, one.observedGeneration]),
    ...Object.fromEntries(
      Object.entries(statuses).flatMap(([kind, list]) =>
        list.map((one, i) => [
          `${kind}[${i}]`,
          {
            ...{ name: one.name, image: one.image, ready: one.ready, started: one.started },
            ...{ restartCount: one.restartCount, resources: one.resources, allocated: one.allocatedResources },
            user: one.user?.linux.uid,
            mounts: one.volumeMounts?.map(({ mountPath, readOnly }) => [mountPath, readOnly]),
            imageID: one.imageID !== '',
            containerID: one.containerID !== undefined,
            states: [one.state, one.lastState].map(({ waiting, running, terminated }) => [
              waiting?.reason,
              neutral(waiting?.message ?? ''),
              running !== undefined,
              terminated?.reason,
              terminated?.exitCode,
              terminated?.message,
            ]),
          },
        ]),
      ),
    ),
  };
}

/** How often the kubelet looked in between depends on its jitter; how often it acted doesn't. */
function slackOf(text: string, count: number): number {
  return /^\w+ (Created|Started|Killing|SuccessfulCreate) /.test(text) ? 1 : Math.max(3, count * 0.4);
}

export function compareEvents(ours: KubeEvent[], theirs: RecordedEvent[]): Difference[] {
  const here = countEvents(ours.map(event => ({ ...event, field: event.involvedObject.fieldPath })));
  const there = countEvents(theirs);
  return [...new Set([...here.keys(), ...there.keys()])].flatMap(text => {
    const [mine = 0, other = 0] = [here.get(text), there.get(text)];
    if (mine > 0 && other > 0 && Math.abs(mine - other) <= slackOf(text, other)) return [];
    return [{ where: `event ${text.split(' ')[1]}`, how: `${mine} times here, ${other} times there: ${text}` }];
  });
}

type Counted = Pick<RecordedEvent, 'type' | 'reason' | 'message'> & { count?: number; field?: string | undefined };

/** A scheduler's repetition is an event of its own: there the last count is the whole count. */
function countEvents(events: Counted[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { type, reason, message, field = '', count } of events) {
    const text = `${type} ${reason} ${field} ${neutral(message)}`;
    const isJobs = reason === 'SuccessfulCreate' || reason === 'SuccessfulDelete';
    counts.set(text, isJobs ? (counts.get(text) ?? 0) + (count ?? 1) : (count ?? 1));
  }
  return counts;
}

export function compareOwner(ours: OwnerStatus, theirs: OwnerStatus): Difference[] {
  const [here, there] = [ownerTexts(ours), ownerTexts(theirs)];
  return here === there ? [] : [{ where: 'status', how: `${here} here, ${there} there` }];
}

function ownerTexts({ conditions = [], ...rest }: OwnerStatus): string {
  const told = conditions.map(({ type, status, reason, message }) => [type, status, reason, neutral(message ?? '')]);
  const { startTime, ...counts } = rest;
  return JSON.stringify([told, startTime !== undefined, Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1))]);
}
