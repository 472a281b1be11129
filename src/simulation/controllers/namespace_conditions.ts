import type { Condition, Namespace } from '../../kubernetes/objects.ts';
import { timestamp } from '../../lib/timestamp.ts';

type NamespaceStatus = NonNullable<Namespace['status']> & { conditions?: Condition[] };

/** What is still in a namespace, by resource and by the finalizers that hold it. */
export interface Remains {
  resources: ReadonlyMap<string, number>;
  finalizers: ReadonlyMap<string, number>;
  failures: readonly string[];
}

const fine: readonly Condition[] = [
  ok('NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', 'All resources successfully discovered'),
  ok('NamespaceDeletionGroupVersionParsingFailure', 'ParsedGroupVersions', 'All legacy kube types successfully parsed'),
  ok(
    'NamespaceDeletionContentFailure',
    'ContentDeleted',
    'All content successfully deleted, may be waiting on finalization',
  ),
  ok('NamespaceContentRemaining', 'ContentRemoved', 'All content successfully removed'),
  ok('NamespaceFinalizersRemaining', 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'),
];

/** The status that says what keeps a namespace from its end. */
export function namespaceStatus({ status }: Namespace, remains: Remains, now: number): NamespaceStatus {
  const known: NamespaceStatus = { phase: 'Terminating', ...status };
  const problems = problemsOf(remains);
  const conditions = fine.map(good => {
    const next = problems.find(({ type }) => type === good.type) ?? good;
    const before = known.conditions?.find(({ type }) => type === good.type);
    const isSame = before?.status === next.status && before.lastTransitionTime !== undefined;
    return { ...next, lastTransitionTime: isSame ? (before.lastTransitionTime ?? '') : timestamp(now) };
  });
  const others = (known.conditions ?? []).filter(one => !fine.some(({ type }) => type === one.type));
  return { ...known, conditions: [...others, ...conditions] };
}

function problemsOf({ resources, finalizers, failures }: Remains): Condition[] {
  const list = (counts: ReadonlyMap<string, number>, say: (name: string) => string) =>
    [...counts].map(([name, count]) => `${say(name)} ${count} resource instances`).sort();
  const remaining = list(resources, name => `${name} has`).join(', ');
  const holding = list(finalizers, name => `${name} in`).join(', ');
  const failed = `Failed to delete all resource types, ${failures.length} remaining: ${[...failures].sort().join(', ')}`;
  return [
    ...(remaining === ''
      ? []
      : [bad('NamespaceContentRemaining', 'SomeResourcesRemain', `Some resources are remaining: ${remaining}`)]),
    ...(holding === ''
      ? []
      : [
          bad(
            'NamespaceFinalizersRemaining',
            'SomeFinalizersRemain',
            `Some content in the namespace has finalizers remaining: ${holding}`,
          ),
        ]),
    ...(failures.length === 0 ? [] : [bad('NamespaceDeletionContentFailure', 'ContentDeletionFailed', failed)]),
  ];
}

function ok(type: string, reason: string, message: string): Condition {
  return { type, status: 'False', reason, message };
}

function bad(type: string, reason: string, message: string): Condition {
  return { type, status: 'True', reason, message };
}
