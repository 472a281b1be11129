import type { Condition, ContainerStatus, Pod, PodStatus } from '../../kubernetes/objects.ts';
import { isSidecar } from './restart_policy.ts';

export interface ConditionFacts {
  pod: Pod;
  phase: PodStatus['phase'];
  sandboxReady: boolean;
  init: ContainerStatus[];
  main: ContainerStatus[];
  before: Condition[];
}

/** The conditions that are a kubelet's, in its order. */
export function podConditions(facts: ConditionFacts): Condition[] {
  const containersReady = readinessOf(facts);
  return [
    { type: 'PodReadyToStartContainers', status: facts.sandboxReady ? 'True' : 'False' },
    { type: 'Initialized', ...initialized(facts) },
    { type: 'Ready', ...(containersReady.status === 'True' ? gatesOf(facts) : containersReady) },
    { type: 'ContainersReady', ...containersReady },
    { type: 'PodScheduled', status: 'True' },
  ];
}

type Verdict = Omit<Condition, 'type'>;

function readinessOf({ pod, phase, init, main }: ConditionFacts): Verdict {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const ready = new Set([...init, ...main].filter(one => one.ready).map(({ name }) => name));
  const sidecars = (pod.spec.initContainers ?? []).filter(one => isSidecar(one, pod.spec));
  const unready = [...sidecars, ...pod.spec.containers].map(({ name }) => name).filter(name => !ready.has(name));
  if (unready.length === 0) return { status: 'True' };
  const message = `containers with unready status: [${unready.join(' ')}]`;
  return { status: 'False', reason: 'ContainersNotReady', message };
}

function gatesOf({ pod, before }: ConditionFacts): Verdict {
  const messages = (pod.spec.readinessGates ?? []).flatMap(({ conditionType }) => {
    const condition = before.find(({ type }) => type === conditionType);
    if (!condition) return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`];
    if (condition.status === 'True') return [];
    return [`the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`];
  });
  if (messages.length === 0) return { status: 'True' };
  return { status: 'False', reason: 'ReadinessGatesNotReady', message: messages.join(', ') };
}

function initialized({ pod, phase, init, main, before }: ConditionFacts): Verdict {
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' };
  const hasStarted = main.some(({ state, lastState, started }) => started || state.terminated || lastState.terminated);
  const incomplete = init
    .filter(one => {
      const spec = pod.spec.initContainers?.find(({ name }) => name === one.name);
      return spec && isSidecar(spec, pod.spec) ? !one.started : !one.ready;
    })
    .map(({ name }) => name);
  const wasTrue = before.some(({ type, status }) => type === 'Initialized' && status === 'True');
  if (hasStarted || incomplete.length === 0 || wasTrue) return { status: 'True' };
  const message = `containers with incomplete status: [${incomplete.join(' ')}]`;
  return { status: 'False', reason: 'ContainersNotInitialized', message };
}
