import { nameOf } from '../actions/target.ts';
import { applyOnce } from '../durable/apply_once.ts';
import type { Effect, EffectLedger, EffectOutcome } from '../durable/ledger.ts';
import type { Permit } from '../guard/permit.ts';
import type { ActionPlan } from '../incidents/plan.ts';
import type { ClusterReader, ClusterWriter } from '../kubernetes/cluster.ts';
import type { Deployment, KubeEvent } from '../kubernetes/objects.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import { hashOf } from '../lib/hash.ts';
import type { Log } from '../lib/log.ts';
import { deploymentRef, effectAnnotation, wasRefused, write } from './write.ts';

export interface ExecutionDeps {
  cluster: ClusterReader & ClusterWriter;
  ledger: EffectLedger;
  clock: Clock;
  log: Log;
  /** Aborted when the process ends: what is under way then is probed by the next one. */
  signal: AbortSignal;
  /** Why the target as it is now must not be written to, whatever was permitted before. */
  forbidden(plan: ActionPlan, target: Deployment): Promise<string | undefined>;
}

export interface Applied {
  effect: string;
  /** When the server took the change. */
  at: number;
}

/** Carries out a permitted plan, once, whatever happens to this process meanwhile. */
export function execute(permit: Permit, incident: string, deps: ExecutionDeps): Promise<EffectOutcome<Applied>> {
  const { plan } = permit;
  return once('apply', { plan, incident, deps }, effect =>
    write(deps.cluster, {
      target: plan.target,
      patch: plan.patch,
      signature: { incident, effect },
      objection: async now => changedSince(plan, now) ?? (await deps.forbidden(plan, now)),
    }),
  );
}

/** Takes an executed plan back. The inverse itself tests that its fields are still as we left them. */
export function undo(plan: ActionPlan, incident: string, deps: ExecutionDeps): Promise<EffectOutcome<Applied>> {
  return once('undo', { plan, incident, deps }, effect =>
    write(deps.cluster, {
      target: plan.target,
      patch: plan.inverse,
      signature: { incident, effect },
      objection: now => deps.forbidden(plan, now),
    }),
  );
}

function changedSince({ target }: ActionPlan, { metadata }: Deployment): string | undefined {
  return metadata.generation === target.generation
    ? undefined
    : `${nameOf(target)} was changed after the plan was made`;
}

interface Once {
  plan: ActionPlan;
  incident: string;
  deps: ExecutionDeps;
}

async function once(
  verb: 'apply' | 'undo',
  { plan, incident, deps }: Once,
  act: (effect: string) => Promise<Deployment>,
): Promise<EffectOutcome<Applied>> {
  const key = effectKey(verb, incident, plan);
  const applied = (): Applied => ({ effect: key, at: deps.clock.now() });
  const effect: Effect<Applied> = {
    key,
    detail: { incident, action: `${verb} ${plan.action}`, target: nameOf(plan.target) },
    async act() {
      await act(key);
      await announce(deps, verb, plan, incident);
      return applied();
    },
    async probe() {
      const now = await deps.cluster.get<Deployment>(deploymentRef(plan.target));
      const signature = now?.metadata.annotations?.[effectAnnotation];
      if (signature === key) return { state: 'applied', value: applied() };
      const untouched =
        verb === 'apply'
          ? now?.metadata.generation === plan.target.generation
          : signature === effectKey('apply', incident, plan);
      if (untouched) return { state: 'absent' };
      return {
        state: 'unknown',
        reason: `${nameOf(plan.target)} was changed by others since; look whether it holds: ${plan.says}`,
      };
    },
    refused: wasRefused,
  };
  return applyOnce(deps.ledger, effect, deps.signal);
}

function effectKey(verb: 'apply' | 'undo', incident: string, plan: ActionPlan): string {
  return hashOf({ verb, incident, plan: plan.hash });
}

/** A Kubernetes Event beside the object. The change stands even when the event can't be written. */
async function announce(
  deps: ExecutionDeps,
  verb: 'apply' | 'undo',
  plan: ActionPlan,
  incident: string,
): Promise<void> {
  const { kind, namespace, name, uid } = plan.target;
  const at = new Date(deps.clock.now()).toISOString();
  const event: KubeEvent = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${effectKey(verb, incident, plan)}`, namespace },
    involvedObject: { apiVersion: 'apps/v1', kind, namespace, name, uid },
    type: 'Normal',
    reason: verb === 'apply' ? 'AlertwrightApplied' : 'AlertwrightUndid',
    message: `${plan.says} (incident ${incident}, plan ${plan.hash})`,
    count: 1,
    firstTimestamp: at,
    lastTimestamp: at,
    source: { component: 'alertwright' },
    reportingComponent: 'alertwright',
  };
  await deps.cluster.create(event).catch(error => {
    deps.log.warn({ incident, problem: messageOf(error) }, 'the change was made, but its Event could not be written');
  });
}
