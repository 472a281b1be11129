import type { KubeObject, Pod, ReplicaSet } from '../../kubernetes/objects.ts';
import { parseQuantity } from '../../kubernetes/quantity.ts';
import type { Clock } from '../../lib/clock.ts';
import { AlertwrightError, exitCodes } from '../../lib/errors.ts';
import { type ApiClient, ApiError } from '../api/client.ts';
import type { Kubelet } from '../kubelet/kubelet.ts';
import { splitImage } from '../programs/registry.ts';
import type { World } from '../programs/world.ts';
import type { Traffic } from '../traffic/traffic.ts';
import { nameOfObject, type ObjectName, resourceOfKind, targetOf, textOf } from './object_name.ts';
import { restart, rollBack } from './rollout.ts';
import type { Manifest, ScenarioWorld, Step } from './scenario.ts';

export interface Stage {
  client: ApiClient;
  world: World;
  clock: Clock;
  programs: ScenarioWorld['programs'];
  traffic: Pick<Traffic, 'setRate'>;
  longestPause: number;
  machine(node: string): Pick<Kubelet, 'fail' | 'recover' | 'occupy'> | undefined;
}

/** Makes one thing happen, in the cluster or in the world around it. */
export async function happen(step: Step, stage: Stage): Promise<void> {
  await asWritten(textOfStep(step), () => carryOut(step, stage));
}

/** As it stands in the scenario. */
function textOfStep(step: Step): string {
  if ('apply' in step) return `apply: ${textOf(nameOfObject(step.apply))}`;
  const [key, value] = Object.entries(step)[0]!;
  return `${key}: ${typeof value === 'object' ? textOf(value) : value}`;
}

/** Creates the object, or changes it to what is written when it is there. */
export async function apply(client: ApiClient, manifest: Manifest): Promise<void> {
  await asWritten(`the manifest of ${textOf(nameOfObject(manifest))}`, () => put(client, manifest));
}

/** What the API refuses is for whoever wrote the scenario to mend. */
async function asWritten(what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    if (!(cause instanceof ApiError)) throw cause;
    throw new AlertwrightError('scenario_invalid', `expected the cluster to accept ${what}, got: ${cause.message}`, {
      remedy: 'Correct it in the scenario; alertwright cluster --well lets you try with kubectl what is accepted.',
      exitCode: exitCodes.config,
      cause,
    });
  }
}

async function carryOut(step: Step, stage: Stage): Promise<void> {
  const { client, world, clock } = stage;
  if ('pause' in step) return clock.sleep(Math.min(step.pause, stage.longestPause));
  if ('host' in step) return changeHost(step, world);
  if ('traffic' in step) return stage.traffic.setRate(step.traffic, step.requestsPerSecond);
  if ('node' in step || 'occupy' in step) return changeMachine(step, stage);
  if ('registry' in step) return world.setRegistry(step.registry, step.reachable);
  if ('removeTag' in step) return removeTag(step.removeTag, world);
  if ('program' in step) return changeProgram(step, stage);
  if ('apply' in step) return put(client, step.apply);
  if ('delete' in step) return client.delete(targetOf(step.delete));
  if ('rollBack' in step) return rollBack(client, step.rollBack);
  if ('restart' in step) return restart(client, step.restart, clock.now());
  if ('scale' in step) return patch(client, step.scale, { spec: { replicas: step.replicas } });
  if ('replacePodsOf' in step) return replacePods(client, step.replacePodsOf);
  if ('setImage' in step) {
    const metadata = { annotations: { 'kubernetes.io/change-cause': step.cause ?? null } };
    const containers = [{ name: step.container, image: step.image }];
    return patch(client, step.setImage, { metadata, spec: { template: { spec: { containers } } } });
  }
  return patch(client, step.patch, step.strategic);
}

async function put(client: ApiClient, manifest: Manifest): Promise<void> {
  const target = targetOf(nameOfObject(manifest));
  const known = await client.get(target.resource, target.name, target.namespace);
  if (known) await client.patch(target, { type: 'strategic', body: manifest });
  else await client.create<KubeObject>(target.resource, manifest);
}

async function patch(client: ApiClient, object: ObjectName, body: unknown): Promise<void> {
  await client.patch(targetOf(object), { type: 'strategic', body });
}

function changeHost({ host, ...state }: Extract<Step, { host: string }>, world: World): void {
  world.setHost(host, state);
}

function changeMachine(step: Extract<Step, { node: string } | { occupy: string }>, { machine }: Stage): void {
  const name = 'node' in step ? step.node : step.occupy;
  const node = machine(name);
  if (!node) throw new Error(`expected a node of the world, got "${name}"`);
  if ('occupy' in step) {
    node.occupy({ memoryBytes: parseQuantity(step.memory) ?? 0, diskBytes: parseQuantity(step.disk) ?? 0 });
  } else if (step.state === 'well') node.recover();
  else node.fail(step.state);
}

function removeTag(image: string, world: World): void {
  const { repository, tag } = splitImage(image);
  world.removeTag(repository, tag);
}

function changeProgram(step: Extract<Step, { program: string }>, { world, programs }: Stage): void {
  const program = programs.find(({ name }) => name === step.program);
  if (!program) throw new Error(`expected a program of the world, got "${step.program}"`);
  world.addProgram({ ...program, behaviour: { ...program.behaviour, ...step.behaviour } });
}

async function replacePods(client: ApiClient, owner: ObjectName): Promise<void> {
  const namespace = owner.namespace ?? 'default';
  const sets = await client.list<ReplicaSet>('replicasets.apps', { namespace });
  const owned = new Set(sets.items.filter(set => isOwnedBy(set, owner.name)).map(({ metadata }) => metadata.name));
  const pods = await client.list<Pod>('pods', { namespace });
  const going = pods.items.filter(pod => [...owned].some(set => isOwnedBy(pod, set)));
  if (going.length === 0) throw new Error(`expected pods of ${textOf(owner)}, got none`);
  for (const { metadata } of going)
    await client.delete({ resource: resourceOfKind['Pod']!, namespace, name: metadata.name });
}

function isOwnedBy(object: KubeObject, name: string): boolean {
  return (object.metadata.ownerReferences ?? []).some(owner => owner.controller === true && owner.name === name);
}
