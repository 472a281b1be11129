import type { Container, ContainerStatus, PodSpec, PodStatus } from '../../kubernetes/objects.ts';
import { isSidecar, restartsAfter } from './restart_policy.ts';

export interface PhaseFacts {
  spec: PodSpec;
  init: ContainerStatus[];
  main: ContainerStatus[];
  /** No container of it will ever start again. */
  isTerminal: boolean;
  /** It was initialised once, whatever its sidecars do now. */
  wasInitialized: boolean;
}

/** What a pod's containers come to. */
export function phaseOf(facts: PhaseFacts): PodStatus['phase'] {
  const { spec, init, main, isTerminal, wasInitialized } = facts;
  const sidecars = init.filter(one => isSidecar(specOf(spec, one), spec));
  const plain = init.filter(one => !sidecars.includes(one));
  if (plain.some(one => failedForGood(spec, one))) return 'Failed';
  const count = (statuses: ContainerStatus[], test: (one: ContainerStatus) => boolean) => statuses.filter(test).length;
  const isPending = plain.some(isNotDone) || (sidecars.some(isNotStarted) && !wasInitialized);
  const waiting = count(main, neverRan) + count(sidecars, neverRan);
  if (isPending || waiting > 0) return 'Pending';
  if ([...main, ...sidecars].some(({ state }) => state.running)) return 'Running';
  const isGood = main.every(({ state }) => state.terminated?.exitCode === 0);
  const mayRestart = main.some(one => restartsAfter(specOf(spec, one), spec, exitCodeOf(one) ?? 0));
  if (!isTerminal && mayRestart) return 'Running';
  return isGood ? 'Succeeded' : 'Failed';
}

function specOf(spec: PodSpec, { name }: ContainerStatus): Container {
  const all = [...(spec.initContainers ?? []), ...spec.containers];
  return all.find(one => one.name === name) ?? { name, image: '' };
}

function exitCodeOf({ state, lastState }: ContainerStatus): number | undefined {
  return (state.terminated ?? lastState.terminated)?.exitCode;
}

function neverRan({ state, lastState }: ContainerStatus): boolean {
  return state.waiting !== undefined && lastState.terminated === undefined;
}

/** An init container that runs, or that hasn't run yet; one that failed and comes again doesn't count. */
function isNotDone(one: ContainerStatus): boolean {
  return one.state.running !== undefined || neverRan(one);
}

function isNotStarted(one: ContainerStatus): boolean {
  return (one.state.running !== undefined && !one.started) || neverRan(one);
}

function failedForGood(spec: PodSpec, one: ContainerStatus): boolean {
  if (one.state.running) return false;
  const exitCode = exitCodeOf(one);
  return exitCode !== undefined && exitCode !== 0 && !restartsAfter(specOf(spec, one), spec, exitCode);
}
