import type { StatefulSet } from '../../kubernetes/kinds/workloads.ts';
import { Program } from '../programs/program.ts';
import { type ObjectName, textOf } from './object_name.ts';
import type { Manifest, Scenario, Step } from './scenario.ts';

export interface BrokenReference {
  path: PropertyKey[];
  message: string;
  input: unknown;
}

/** Names that lead nowhere: an oracle that looks at a workload which isn't there would let everything pass. */
export function brokenReferences(scenario: Scenario): BrokenReference[] {
  const { world, history, fault, oracle, deeds } = scenario;
  const objects = new Set(namesIn(scenario));
  const workloads = [...objects].filter(name => /^(Deployment|StatefulSet|DaemonSet|CronJob) /.test(name));
  const names = workloads.flatMap(name => [name.replace(/^Deployment /, ''), name]);
  const sources = world.traffic.map(({ name }) => name);
  const steps: [PropertyKey[], Step[]][] = [
    [['world', 'history'], world.history],
    [['history'], history],
    [['fault'], fault],
    ...[...Object.entries(deeds ?? {})].flatMap(([kind, list]) =>
      list.map(({ steps }, index): [PropertyKey[], Step[]] => [['deeds', kind, index, 'steps'], steps]),
    ),
  ];
  return [
    ...steps.flatMap(([path, list]) =>
      list.flatMap((step, index) =>
        brokenInStep(step, { ...world, path: [...path, index], objects, nodes: world.nodes.map(({ name }) => name) }),
      ),
    ),
    ...Object.keys(oracle.unattended).flatMap(name => missing(name, names, ['oracle', 'unattended', name])),
    ...oracle.mayBeUnhealthy.flatMap((name, index) => missing(name, names, ['oracle', 'mayBeUnhealthy', index])),
    ...Object.keys(oracle.traffic).flatMap(name => missing(name, sources, ['oracle', 'traffic', name])),
    ...oracle.mayChange.flatMap(({ object }, index) =>
      missingObject(object, objects, ['oracle', 'mayChange', index, 'object']),
    ),
  ];
}

/** What there is, or will be: manifests, nodes, what steps apply, and the claims of StatefulSets. */
function namesIn({ world, history, fault, deeds }: Scenario): string[] {
  const done = [...(deeds?.good ?? []), ...(deeds?.wrong ?? [])].flatMap(({ steps }) => steps);
  const applied = [...world.history, ...history, ...fault, ...done].flatMap(step =>
    'apply' in step ? [step.apply] : [],
  );
  const manifests = [...world.manifests, ...applied];
  return [
    ...manifests.map(({ kind, metadata }) => textOf({ kind, ...metadata })),
    ...world.nodes.map(({ name }) => `Node ${name}`),
    ...manifests.filter(({ kind }) => kind === 'StatefulSet').flatMap(claimsOf),
  ];
}

/** It may be scaled. */
const mostReplicas = 20;

function claimsOf(manifest: Manifest): string[] {
  const { metadata, spec } = manifest as unknown as StatefulSet;
  const ordinals = Array.from({ length: mostReplicas }, (_, index) => index + (spec.ordinals?.start ?? 0));
  return (spec.volumeClaimTemplates ?? []).flatMap(template =>
    ordinals.map(n => `PersistentVolumeClaim ${metadata.namespace}/${template.metadata.name}-${metadata.name}-${n}`),
  );
}

interface Place {
  path: PropertyKey[];
  objects: ReadonlySet<string>;
  programs: readonly Program[];
  traffic: readonly { name: string }[];
  nodes: readonly string[];
}

function brokenInStep(step: Step, place: Place): BrokenReference[] {
  const { path, objects, traffic } = place;
  if ('program' in step) return brokenChange(step, place);
  const names = traffic.map(({ name }) => name);
  if ('traffic' in step) return missing(step.traffic, names, [...path, 'traffic']);
  if ('node' in step) return missing(step.node, place.nodes, [...path, 'node']);
  if ('occupy' in step) return missing(step.occupy, place.nodes, [...path, 'occupy']);
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
  for (const key of ['patch', 'setImage', 'delete', 'replacePodsOf', 'rollBack', 'restart', 'scale'] as const) {
    const name = (step as Partial<Record<typeof key, ObjectName>>)[key];
    if (name) return { key, name };
  }
  return undefined;
}

function missingObject(name: ObjectName, objects: ReadonlySet<string>, path: PropertyKey[]): BrokenReference[] {
  const alike = [...objects].filter(known => known.startsWith(`${name.kind} `));
  return missing(textOf(name), alike, path);
}

function missing(input: string, known: readonly string[], path: PropertyKey[]): BrokenReference[] {
  return known.includes(input) ? [] : [{ path, input, message: `expected one of ${known.join(', ')}` }];
}
