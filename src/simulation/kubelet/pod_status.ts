import type { Condition, ContainerStatus, Pod, PodStatus } from '../../kubernetes/objects.ts';

/** What the kubelet has seen of a pod. */
export interface PodFacts {
  pod: Pod;
  sandboxReady: boolean;
  /** The kubelet has cleared away what was left of a pod whose containers are all done. */
  cleared: boolean;
  podIP: string | undefined;
  hostIP: string;
  startTime: string;
  containers: ContainerStatus[];
  initContainers: ContainerStatus[];
  /** Conditions as they were told last; those that are somebody else's are kept. */
  before: Condition[];
  now: string;
}

/** The status that says so. */
export function podStatus(facts: PodFacts): PodStatus {
  const phase = phaseOf(facts);
  const { podIP, hostIP, startTime, containers, initContainers } = facts;
  return {
    phase: isOver(phase) && !facts.cleared ? 'Running' : phase,
    conditions: conditionsOf(facts, phase),
    hostIP,
    ...(podIP === undefined ? {} : { podIP, podIPs: [{ ip: podIP }] }),
    startTime,
    ...(initContainers.length > 0 ? { initContainerStatuses: initContainers } : {}),
    containerStatuses: containers,
  };
}

function phaseOf({ pod, containers, initContainers }: PodFacts): PodStatus['phase'] {
  const policy = pod.spec.restartPolicy ?? 'Always';
  if (!initContainers.every(isDone)) {
    const failed = initContainers.some(
      ({ state }) => state.terminated !== undefined && state.terminated.exitCode !== 0,
    );
    return failed && policy === 'Never' ? 'Failed' : 'Pending';
  }
  const hasRun = ({ state, lastState }: ContainerStatus) =>
    state.waiting === undefined || lastState.terminated !== undefined;
  if (!containers.every(hasRun)) return 'Pending';
  if (policy === 'Always' || !containers.every(({ state }) => state.terminated)) return 'Running';
  if (containers.every(isDone)) return 'Succeeded';
  return policy === 'Never' ? 'Failed' : 'Running';
}

function isOver(phase: PodStatus['phase']): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

function conditionsOf(facts: PodFacts, phase: PodStatus['phase']): Condition[] {
  const { sandboxReady, containers, initContainers, before, now } = facts;
  const readiness = readinessOf(containers, phase);
  const wanted: Condition[] = [
    { type: 'PodReadyToStartContainers', status: sandboxReady && !facts.cleared ? 'True' : 'False' },
    initialized(initContainers, phase),
    { type: 'Ready', ...readiness },
    { type: 'ContainersReady', ...readiness },
  ];
  const mine = wanted.map(condition => {
    const last = before.find(({ type }) => type === condition.type);
    const lastTransitionTime = last?.status === condition.status ? (last.lastTransitionTime ?? now) : now;
    return { ...condition, lastTransitionTime };
  });
  return [...mine, ...before.filter(({ type }) => !mine.some(condition => condition.type === type))];
}

function readinessOf(containers: ContainerStatus[], phase: PodStatus['phase']): Omit<Condition, 'type'> {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const unready = containers.filter(({ ready }) => !ready).map(({ name }) => name);
  if (unready.length === 0) return { status: 'True' };
  return {
    status: 'False',
    reason: 'ContainersNotReady',
    message: `containers with unready status: [${unready.join(' ')}]`,
  };
}

function initialized(initContainers: ContainerStatus[], phase: PodStatus['phase']): Condition {
  const type = 'Initialized';
  if (phase === 'Succeeded') return { type, status: 'True', reason: 'PodCompleted' };
  const incomplete = initContainers.filter(one => !isDone(one)).map(({ name }) => name);
  if (incomplete.length === 0) return { type, status: 'True' };
  const message = `containers with incomplete status: [${incomplete.join(' ')}]`;
  return { type, status: 'False', reason: 'ContainersNotInitialized', message };
}

function isDone({ state }: ContainerStatus): boolean {
  return state.terminated?.exitCode === 0;
}
