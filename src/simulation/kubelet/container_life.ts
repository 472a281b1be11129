import type { Container, ContainerState, ContainerStatus } from '../../kubernetes/objects.ts';
import type { Process } from '../programs/run_program.ts';
import type { RunLog } from './container_log.ts';

type Terminated = NonNullable<ContainerState['terminated']>;

/** What the kubelet knows and tells about one container of a pod. */
export interface ContainerLife {
  readonly status: ContainerStatus;
  readonly logs: { current?: RunLog; previous?: RunLog };
  /** While it runs. */
  readonly running: { process: Process; startedAt: number } | undefined;
  wait(reason: string, message?: string): void;
  run(
    run: { process: Process; startedAt: number; time: string; log: RunLog },
    ids: { imageID: string; containerID: string },
  ): void;
  started(): void;
  ready(ready: boolean): void;
  /** The run is over; `show` it now, or leave the status as it is until the kubelet notices. */
  end(terminated: Terminated, show: boolean): void;
  showEnd(): void;
}

/** `onChange` is called after every change of the status. */
export function createContainerLife(container: Container, firstReason: string, onChange: () => void): ContainerLife {
  const { name, image } = container;
  const logs: ContainerLife['logs'] = {};
  const ends: Terminated[] = [];
  let runs = 0;
  let running: ContainerLife['running'];
  let status: ContainerStatus = {
    name,
    image,
    imageID: '',
    ready: false,
    started: false,
    restartCount: 0,
    state: { waiting: { reason: firstReason } },
    lastState: {},
  };

  function set(changes: Partial<ContainerStatus>): void {
    status = { ...status, ...changes };
    onChange();
  }

  return {
    logs,
    get status() {
      return status;
    },
    get running() {
      return running;
    },
    wait(reason, message) {
      const waiting = { reason, ...(message === undefined ? {} : { message }) };
      set({ state: { waiting }, lastState: stateOf(ends.at(-1)), ready: false, started: false });
    },
    run({ process, startedAt, time, log }, ids) {
      if (logs.current) logs.previous = logs.current;
      logs.current = log;
      running = { process, startedAt };
      const restartCount = runs++;
      set({
        ...ids,
        state: { running: { startedAt: time } },
        lastState: stateOf(ends.at(-1)),
        restartCount,
        ready: false,
        started: false,
      });
    },
    started: () => set({ started: true }),
    ready: ready => set({ ready }),
    end(terminated, show) {
      running = undefined;
      ends.splice(0, ends.length - 1);
      ends.push(terminated);
      if (terminated.reason === 'StartError')
        status = { ...status, restartCount: runs++, containerID: terminated.containerID ?? '' };
      if (show) this.showEnd();
    },
    showEnd: () => set({ state: stateOf(ends.at(-1)), lastState: stateOf(ends.at(-2)), ready: false, started: false }),
  };
}

function stateOf(terminated: Terminated | undefined): ContainerState {
  return terminated ? { terminated } : {};
}
