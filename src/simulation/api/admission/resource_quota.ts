import { type Amounts, amountsOf, amountText, minus, only, sumOf, textsOf } from '../../../kubernetes/kinds/amount.ts';
import type { ResourceQuota } from '../../../kubernetes/kinds/policy.ts';
import { isInScopes, quotaNamesFor, usageOf } from '../../../kubernetes/kinds/quota_usage.ts';
import type { Container, KubeObject, Pod } from '../../../kubernetes/objects.ts';
import type { ApiError } from '../client.ts';
import { clone } from '../json.ts';
import { forbidden } from '../status_error.ts';
import { trackCount } from '../verbs/tracked.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';

/**
 * Lets nothing in that a quota of its namespace has no room for, and takes the room at once: between the check and the
 * count nobody else gets a turn. A controller gives it back when things go.
 */
export const resourceQuota: AdmissionPlugin = {
  validate(request, backend) {
    if (request.namespace === '' || !isCounted(request)) return;
    const resource = backend.registry.find('resourcequotas')!;
    const quotas = backend.store.list(resource, request.namespace) as ResourceQuota[];
    const charged = quotas.flatMap(quota => {
      const next = chargedTo(quota, request, backend.clock.now());
      return next ? [{ quota, next }] : [];
    });
    if (request.dryRun) return;
    for (const { quota, next } of charged) {
      trackCount(backend, resource, quota, next);
      backend.store.put(resource, next);
    }
  },
};

const countedOnUpdate = ['services', 'persistentvolumeclaims'];

function isCounted({ operation, subresource, resourceName, object, before }: AdmissionRequest): boolean {
  if (subresource !== undefined || resourceName === 'events') return false;
  if (operation === 'CREATE') return true;
  if (resourceName === 'pods') return hasDeadline(object) !== hasDeadline(before);
  return countedOnUpdate.includes(resourceName);
}

function hasDeadline(pod: KubeObject | undefined): boolean {
  return (
    ((pod as (Pod & { spec: { activeDeadlineSeconds?: number } }) | undefined)?.spec.activeDeadlineSeconds ?? -1) >= 0
  );
}

/** The quota as it is once this is in; nothing where it isn't about this. */
function chargedTo(quota: ResourceQuota, request: AdmissionRequest, now: number): ResourceQuota | undefined {
  const { resourceName, object, before, operation } = request;
  const hard = amountsOf(quota.status?.hard);
  const names = quotaNamesFor(resourceName, Object.keys(hard)).sort();
  if (names.length === 0 || !isInScopes(quota, resourceName, object)) return undefined;
  checkComplete(quota, request, names);
  const used = amountsOf(quota.status?.used);
  if (names.some(name => used[name] === undefined)) {
    throw refused(request, `status unknown for quota: ${quota.metadata.name}, resources: ${names.join(',')}`);
  }
  const usage = usageOf(resourceName, object, now);
  const wasCounted = operation === 'UPDATE' && before !== undefined && isInScopes(quota, resourceName, before);
  const delta = only(wasCounted ? increase(usage, usageOf(resourceName, before, now)) : usage, new Set(names));
  const asked = Object.fromEntries(Object.entries(delta).filter(([, amount]) => amount.nano !== 0n));
  if (Object.keys(asked).length === 0) return undefined;
  const next = sumOf(used, asked);
  const exceeded = Object.keys(asked).filter(name => next[name]!.nano > (hard[name]?.nano ?? 0n));
  if (exceeded.length > 0) throw exceededBy(quota, request, { asked, used, hard, exceeded: new Set(exceeded) });
  const charged = clone(quota);
  charged.status = { ...charged.status, used: textsOf(next) };
  return charged;
}

function increase(now: Amounts, before: Amounts): Amounts {
  return Object.fromEntries(
    Object.entries(now).map(([name, amount]) => {
      const more = before[name] ? minus(amount, before[name]) : amount;
      return [name, more.nano < 0n ? { ...more, nano: 0n } : more];
    }),
  );
}

function exceededBy(
  { metadata }: ResourceQuota,
  request: AdmissionRequest,
  { asked, used, hard, exceeded }: { asked: Amounts; used: Amounts; hard: Amounts; exceeded: ReadonlySet<string> },
): ApiError {
  const text = (amounts: Amounts) =>
    Object.entries(only(amounts, exceeded))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, amount]) => `${name}=${amountText(amount)}`)
      .join(',');
  const why = `exceeded quota: ${metadata.name}, requested: ${text(asked)}, used: ${text(used)}, limited: ${text(hard)}`;
  return refused(request, why);
}

const mustBeSaid = new Set(['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory']);

/** Where cpu or memory are rationed, each container has to say what it takes. */
function checkComplete(quota: ResourceQuota, request: AdmissionRequest, names: readonly string[]): void {
  if (request.resourceName !== 'pods') return;
  const { spec } = request.object as Pod & { spec: { resources?: object } };
  if (spec.resources && Object.keys(spec.resources).length > 0) return;
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  const missing = names
    .filter(name => mustBeSaid.has(name))
    .map(name => ({ name, by: [...new Set(containers.filter(one => !says(one, name)).map(one => one.name))].sort() }))
    .filter(({ by }) => by.length > 0)
    .map(({ name, by }) => `${name} for: ${by.join(',')}`);
  if (missing.length === 0) return;
  throw refused(request, `failed quota: ${quota.metadata.name}: must specify ${missing.join('; ')}`);
}

function says({ resources }: Container, name: string): boolean {
  const [part, what = part] = name.split('.');
  return (part === 'limits' ? resources?.limits : resources?.requests)?.[what!] !== undefined;
}

function refused({ resource, shownName }: AdmissionRequest, why: string): ApiError {
  return forbidden(resource, shownName, why);
}
