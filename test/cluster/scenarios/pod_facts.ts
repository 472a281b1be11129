import type { Pod } from '../../../src/kubernetes/objects.ts';
import type { ApiClient } from '../../../src/simulation/api/client.ts';

/** What has been seen of pods. It only grows, so that it doesn't matter at which moment of a crash loop one looks. */
export interface PodFacts {
  all(): string[];
  stop(): void;
}

export function recordPodFacts(client: ApiClient): PodFacts {
  const seen = new Set<string>();
  const stop = client.watch<Pod>('pods', ({ object }) => {
    const { namespace, name, ownerReferences } = object.metadata;
    const owner = ownerReferences?.[0];
    // Those of a StatefulSet have names of their own.
    const who = owner?.kind === 'StatefulSet' ? name : (owner?.name ?? name);
    for (const fact of factsOf(object)) seen.add(`${namespace}/${who} ${fact}`);
  });
  return { all: () => [...seen], stop };
}

function factsOf({ metadata, status }: Pod): string[] {
  if (!status) return [];
  const conditions = (status.conditions ?? []).map(({ type, status: value, reason, message }) =>
    [type, value, reason, message].filter(Boolean).join(' '),
  );
  return [
    `phase ${status.phase ?? 'unknown'}`,
    ...(metadata.deletionTimestamp === undefined ? [] : ['is going']),
    ...conditions,
    ...(status.containerStatuses ?? []).flatMap(containerFacts),
  ];
}

function containerFacts({ name, state, lastState, restartCount }: ContainerStatus): string[] {
  const ends = [state.terminated, lastState.terminated].filter(end => end !== undefined);
  return [
    ...(state.running ? [`${name} runs`] : []),
    ...(state.waiting ? [`${name} waits: ${state.waiting.reason} ${state.waiting.message ?? ''}`.trim()] : []),
    ...ends.map(({ reason, exitCode }) => `${name} ended: ${reason} ${exitCode}`),
    ...(restartCount > 0 ? [`${name} was restarted`] : []),
  ];
}

type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number];
