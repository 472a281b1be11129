import type { Difference } from '../comparison/difference.ts';

/** A difference between a scenario on a real control plane and on ours that may be. `*` stands for anything. */
export interface AllowedThere {
  scenario: string;
  path: string;
  /** What the real one says there; anything unless given. */
  real?: string;
  why: string;
  /** It is there at some moments, or in some runs; any other has to be there always. */
  unsteady?: true;
}

export const allowedThere: readonly AllowedThere[] = [
  {
    scenario: '*',
    path: 'events.Node *: Normal RegisteredNode *',
    why: 'the real one notices a node some seconds after it has come: on a busy machine after the beginning is over',
    unsteady: true,
  },
  {
    scenario: '*',
    path: 'deployments.*.conditions.Progressing',
    real: 'True NewReplicaSetCreated *',
    why: 'a new ReplicaSet counts as progress when its first pod comes after a look at it, which is a matter of moments',
    unsteady: true,
  },
  ...['events.HorizontalPodAutoscaler clinic/api: Warning Failed*', 'autoscalers.clinic/api.conditions.*'].map(
    path => ({
      scenario: 'probe-on-another-port',
      path,
      why: 'pods that crash live faster than the real autoscaler looks: which of their states it meets is chance',
      unsteady: true as const,
    }),
  ),
  {
    scenario: 'node-that-fell-silent',
    path: 'quotas.clinic/clinic.used.*',
    why: 'what is deleted on a silent node counts until its grace of half a minute is over, on the wall',
    unsteady: true,
  },
];

export function explain({ operation, path, real: said }: Difference): AllowedThere | undefined {
  return allowedThere.find(
    ({ scenario, path: place, real = '*' }) =>
      matches(scenario, operation) && matches(place, path) && matches(real, String(said)),
  );
}

function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(text);
}
