import { Program } from '../programs/program.ts';
import { type ObjectName, textOf } from './object_name.ts';
import type { Scenario, Step } from './scenario.ts';

export interface BrokenReference {
  path: PropertyKey[];
  message: string;
  input: unknown;
}

/** Names that lead nowhere: an oracle that looks at a workload which isn't there would let everything pass. */
export function brokenReferences({ world, history, fault, oracle }: Scenario): BrokenReference[] {
  const objects = new Set(world.manifests.map(({ kind, metadata }) => textOf({ kind, ...metadata })));
  const deployments = [...objects].filter(name => name.startsWith('Deployment ')).map(name => name.slice(11));
  const steps: [PropertyKey[], Step[]][] = [
    [['world', 'history'], world.history],
    [['history'], history],
    [['fault'], fault],
  ];
  return [
    ...steps.flatMap(([path, list]) =>
      list.flatMap((step, index) => brokenInStep(step, { path: [...path, index], objects, ...world })),
    ),
    ...Object.keys(oracle.unattended).flatMap(name => missing(name, deployments, ['oracle', 'unattended', name])),
    ...oracle.mayBeUnhealthy.flatMap((name, index) => missing(name, deployments, ['oracle', 'mayBeUnhealthy', index])),
    ...oracle.mayChange.flatMap(({ object }, index) =>
      missingObject(object, objects, ['oracle', 'mayChange', index, 'object']),
    ),
  ];
}

interface Place {
  path: PropertyKey[];
  objects: ReadonlySet<string>;
  programs: readonly Program[];
  traffic: readonly { name: string }[];
}

function brokenInStep(step: Step, place: Place): BrokenReference[] {
  const { path, objects, traffic } = place;
  if ('program' in step) return brokenChange(step, place);
  const names = traffic.map(({ name }) => name);
  if ('traffic' in step) return missing(step.traffic, names, [...path, 'traffic']);
  const object = objectOf(step);
  return object ? missingObject(object.name, objects, [...path, object.key]) : [];
}

/** The program as it would be has to be one. */
function brokenChange(step: Extract<Step, { program: string }>, { path, programs }: Place): BrokenReference[] {
  const program = programs.find(({ name }) => name === step.program);
  const names = programs.map(({ name }) => name);
  if (!program) return missing(step.program, names, [...path, 'program']);
  const changed = { ...program, behaviour: { ...program.behaviour, ...step.behaviour } };
  const problems = Program.safeParse(changed, { reportInput: true }).error?.issues ?? [];
  return problems.map(problem => ({ ...problem, path: [...path, ...problem.path], input: problem.input }));
}

function objectOf(step: Step): { key: string; name: ObjectName } | undefined {
  if ('patch' in step) return { key: 'patch', name: step.patch };
  if ('setImage' in step) return { key: 'setImage', name: step.setImage };
  if ('delete' in step) return { key: 'delete', name: step.delete };
  if ('replacePodsOf' in step) return { key: 'replacePodsOf', name: step.replacePodsOf };
  return undefined;
}

function missingObject(name: ObjectName, objects: ReadonlySet<string>, path: PropertyKey[]): BrokenReference[] {
  const alike = [...objects].filter(known => known.startsWith(`${name.kind} `));
  return missing(textOf(name), alike, path);
}

function missing(input: string, known: readonly string[], path: PropertyKey[]): BrokenReference[] {
  return known.includes(input) ? [] : [{ path, input, message: `expected one of ${known.join(', ')}` }];
}
