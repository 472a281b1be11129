import type { LifecycleHandler } from '../../kubernetes/kinds/pods.ts';
import { hashOf } from '../../lib/hash.ts';
import { execInside } from '../programs/run_program.ts';
import { type ContainerRecord, type ContainerRun, type PodRecord, podTitle } from './pod_record.ts';
import { execError } from './probes.ts';

/** Runs a hook of a container that runs; what it returns is why it failed. */
export async function runHook(
  record: PodRecord,
  { spec }: ContainerRecord,
  run: ContainerRun,
  hook: LifecycleHandler,
): Promise<string | undefined> {
  const { clock, world } = record.node;
  const who = `for Container "${spec.name}" in Pod "${podTitle(record.pod)}" failed - error:`;
  if (hook.sleep) {
    await clock.sleep(hook.sleep.seconds * 1000, record.gone);
    return undefined;
  }
  if (hook.exec) {
    const { command } = hook.exec;
    const program = world.contentOf(spec.image);
    const result = program && execInside(program, command);
    const title = `Exec lifecycle hook ([${command.join(' ')}]) ${who}`;
    if (!result) return `${title} ${execError(hashOf([run.id, clock.now()], 64), command[0] ?? '')}, message: ""`;
    if (Number.isFinite(result.seconds)) await clock.sleep(result.seconds * 1000, record.gone);
    if (result.code === 0) return undefined;
    return `${title} command '${command.join(' ')}' exited with ${result.code}: ${result.errors}, message: ${JSON.stringify(result.output)}`;
  }
  return hook.httpGet && callHook(record, spec, hook.httpGet, who);
}

function callHook(
  { node, podIP }: PodRecord,
  { ports = [] }: ContainerRecord['spec'],
  { path = '/', port, host }: NonNullable<LifecycleHandler['httpGet']>,
  who: string,
): string | undefined {
  const number = typeof port === 'number' ? port : (ports.find(({ name }) => name === port)?.containerPort ?? 0);
  const target = host ?? podIP;
  const sockets = node.world.running.get(target) ?? [];
  // Any answer will do: a hook only has to be heard.
  if (sockets.some(({ socket }) => socket(number, path).kind === 'accepted')) return undefined;
  const url = `http://${target}:${number}${path.startsWith('/') ? '' : '/'}${path}`;
  const error = `Get "${url}": dial tcp ${target}:${number}: connect: connection refused`;
  return `HTTP lifecycle hook (${path}) ${who} ${error}`;
}
