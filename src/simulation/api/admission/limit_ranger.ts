import { type Amount, type Amounts, amountOf, amountsOf, amountText } from '../../../kubernetes/kinds/amount.ts';
import { podTotals } from '../../../kubernetes/kinds/pod_totals.ts';
import type { LimitRange, LimitRangeItem } from '../../../kubernetes/kinds/policy.ts';
import type { Container, KubeObject, Pod, ResourceList } from '../../../kubernetes/objects.ts';
import { forbidden } from '../status_error.ts';
import type { Backend } from '../verbs/write.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';

type Claim = KubeObject & { spec?: { resources?: { requests?: ResourceList } } };

const annotation = 'kubernetes.io/limit-ranger';

/** Gives containers what a LimitRange has for those that say nothing, and holds everybody to its bounds. */
export const limitRanger: AdmissionPlugin = {
  resources: ['pods', 'persistentvolumeclaims'],
  mutate(request, backend) {
    if (!isConcerned(request) || request.resourceName !== 'pods') return;
    for (const { spec } of limitRangesOf(backend, request)) fillIn(request.object as Pod, spec.limits ?? []);
  },
  validate(request, backend) {
    if (!isConcerned(request)) return;
    for (const { spec } of limitRangesOf(backend, request)) {
      const problems = (spec.limits ?? []).flatMap(item => problemsOf(request, item));
      const distinct = [...new Set(problems)];
      const why = distinct.length === 1 ? distinct[0] : `[${distinct.join(', ')}]`;
      if (why !== undefined && distinct.length > 0) throw forbidden(request.resource, request.shownName, why);
    }
  },
};

function isConcerned({ resourceName, operation, subresource, before }: AdmissionRequest): boolean {
  if (before?.metadata.deletionTimestamp !== undefined || subresource !== undefined) return false;
  return resourceName !== 'pods' || operation === 'CREATE';
}

function limitRangesOf({ store, registry }: Backend, { namespace }: AdmissionRequest): LimitRange[] {
  return store.list(registry.find('limitranges')!, namespace) as LimitRange[];
}

function fillIn(pod: Pod, items: readonly LimitRangeItem[]): void {
  const ofContainers = items.filter(({ type }) => type === 'Container');
  const limits: ResourceList = Object.assign({}, ...ofContainers.map(item => item.default));
  const requests: ResourceList = Object.assign({}, ...ofContainers.map(item => item.defaultRequest));
  const done = [
    ...pod.spec.containers.flatMap(container => complete(container, { requests, limits }, 'container')),
    ...(pod.spec.initContainers ?? []).flatMap(container =>
      complete(container, { requests, limits }, 'init container'),
    ),
  ];
  if (done.length === 0) return;
  pod.metadata.annotations = {
    ...pod.metadata.annotations,
    [annotation]: `LimitRanger plugin set: ${done.join('; ')}`,
  };
}

function complete(
  container: Container,
  given: { requests: ResourceList; limits: ResourceList },
  what: string,
): string[] {
  const parts = [
    ['requests', 'request'],
    ['limits', 'limit'],
  ] as const;
  container.resources ??= {};
  return parts.flatMap(([part, word]) => {
    const own = container.resources?.[part] ?? {};
    const added = Object.keys(given[part])
      .filter(name => own[name] === undefined)
      .sort();
    if (added.length === 0) return [];
    container.resources = { ...container.resources, [part]: { ...given[part], ...own } };
    return [`${added.join(', ')} ${word} for ${what} ${container.name}`];
  });
}

function problemsOf({ resourceName, object }: AdmissionRequest, item: LimitRangeItem): string[] {
  if (resourceName === 'persistentvolumeclaims') {
    return item.type === 'PersistentVolumeClaim' ? claimProblems(object as Claim, item) : [];
  }
  const { spec } = object as Pod;
  if (item.type === 'Pod') return boundProblems(item, podTotals(spec, 'requests'), podTotals(spec, 'limits'));
  if (item.type !== 'Container') return [];
  return [...spec.containers, ...(spec.initContainers ?? [])].flatMap(({ resources }) =>
    boundProblems(item, amountsOf(resources?.requests), amountsOf(resources?.limits)),
  );
}

function claimProblems({ spec }: Claim, { type, min, max }: LimitRangeItem): string[] {
  const requests = amountsOf(spec?.resources?.requests);
  return [
    ...sorted(min).flatMap(([name, bound]) => minProblems(name, { type, bound }, requests, {})),
    ...sorted(max).flatMap(([name, bound]) => {
      const most = `maximum ${name} usage per ${type} is ${amountText(bound)}`;
      const request = requests[name];
      if (!request) return [`${most}.  No request is specified`];
      return request.nano > bound.nano ? [`${most}, but request is ${amountText(request)}`] : [];
    }),
  ];
}

function boundProblems(item: LimitRangeItem, requests: Amounts, limits: Amounts): string[] {
  const { type, min, max, maxLimitRequestRatio } = item;
  return [
    ...sorted(min).flatMap(([name, bound]) => minProblems(name, { type, bound }, requests, limits)),
    ...sorted(max).flatMap(([name, bound]) => maxProblems(name, { type, bound }, requests, limits)),
    ...sorted(maxLimitRequestRatio).flatMap(([name, bound]) => ratioProblems(name, { type, bound }, requests, limits)),
  ];
}

interface Bound {
  type: string;
  bound: Amount;
}

function minProblems(name: string, { type, bound }: Bound, requests: Amounts, limits: Amounts): string[] {
  const least = `minimum ${name} usage per ${type} is ${amountText(bound)}`;
  const [request, limit] = [requests[name], limits[name]];
  if (!request) return [`${least}.  No request is specified`];
  if (request.nano < bound.nano) return [`${least}, but request is ${amountText(request)}`];
  return limit && limit.nano < bound.nano ? [`${least}, but limit is ${amountText(limit)}`] : [];
}

function maxProblems(name: string, { type, bound }: Bound, requests: Amounts, limits: Amounts): string[] {
  const most = `maximum ${name} usage per ${type} is ${amountText(bound)}`;
  const [request, limit] = [requests[name], limits[name]];
  if (!limit) return [`${most}.  No limit is specified`];
  if (limit.nano > bound.nano) return [`${most}, but limit is ${amountText(limit)}`];
  return request && request.nano > bound.nano ? [`${most}, but request is ${amountText(request)}`] : [];
}

function ratioProblems(name: string, { type, bound }: Bound, requests: Amounts, limits: Amounts): string[] {
  const most = `${name} max limit to request ratio per ${type} is ${amountText(bound)}`;
  const [request, limit] = [requests[name]?.nano ?? 0n, limits[name]?.nano ?? 0n];
  if (request === 0n) return [`${most}, but no request is specified or request is 0`];
  if (limit === 0n) return [`${most}, but no limit is specified or limit is 0`];
  const ratio = Number(limit) / Number(request);
  return ratio > Number(bound.nano) / 1e9 ? [`${most}, but provided ratio is ${ratio.toFixed(6)}`] : [];
}

function sorted(list: ResourceList | undefined): [string, Amount][] {
  return Object.entries(list ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [name, amountOf(value)]);
}
