import { amountOf } from '../../../../kubernetes/kinds/amount.ts';
import type { StatusCause } from '../../client.ts';
import { qualifiedNameProblems } from '../names.ts';
import { duplicate, each, forbiddenField, none, notFoundField, required, unsupported, wrong } from '../problem.ts';
import type { WireResources } from './wire.ts';

const plain = ['cpu', 'memory', 'ephemeral-storage'];
const counted = ['configmaps', 'persistentvolumeclaims', 'pods', 'replicationcontrollers', 'resourcequotas', 'secrets'];
const counts = new Set([...counted, 'services', 'services.loadbalancers', 'services.nodeports']);
const standard = new Set([
  ...plain,
  ...plain.flatMap(name => [`requests.${name}`, `limits.${name}`]),
  ...counts,
  ...['storage', 'requests.storage'],
]);

const isHuge = (name: string) => name.startsWith('hugepages-');
const isNative = (name: string) => !name.includes('/') || name.includes('kubernetes.io/');
const isShared = (name: string) => isNative(name) && !isHuge(name);

function isExtended(name: string): boolean {
  return !isNative(name) && !name.startsWith('requests.') && qualifiedNameProblems(`requests.${name}`).length === 0;
}

/** The name of an amount: of those that every server knows, or somebody's own. */
function commonNameProblems(name: string, field: string): StatusCause[] {
  const malformed = each(field, name, qualifiedNameProblems);
  const isKnown = name.includes('/') || standard.has(name) || isHuge(name) || name.startsWith('requests.hugepages-');
  if (malformed.length > 0 || isKnown) return malformed;
  return [wrong(field, name, 'must be a standard resource type or fully qualified')];
}

function nameProblems(name: string, field: string): StatusCause[] {
  const own = name.includes('/');
  const ofContainers = own ? isNative(name) || isExtended(name) : plain.includes(name) || isHuge(name);
  const why = own ? "doesn't follow extended resource name standard" : 'must be a standard resource for containers';
  return [...commonNameProblems(name, field), ...(ofContainers ? none : [wrong(field, name, why)])];
}

function podNameProblems(name: string, field: string): StatusCause[] {
  if (name === 'cpu' || name === 'memory' || isHuge(name)) return none;
  const malformed = commonNameProblems(name, field);
  return malformed.length > 0 ? malformed : [unsupported(field, name, ['cpu', 'hugepages-', 'memory'])];
}

function valueProblems(name: string, amount: string, field: string): StatusCause[] {
  const { nano } = amountOf(amount);
  const isWhole = !(counts.has(name) || isExtended(name)) || nano % 1_000_000_000n === 0n;
  return [
    ...(nano < 0n ? [wrong(field, amount, 'must be greater than or equal to 0')] : none),
    ...(isWhole ? none : [wrong(field, amount, 'must be an integer')]),
    ...(isHuge(name) ? hugeProblems(name, amount, field) : none),
  ];
}

function hugeProblems(name: string, amount: string, field: string): StatusCause[] {
  const size = amountOf(name.slice('hugepages-'.length)).nano;
  if (size > 0n && amountOf(amount).nano % size === 0n) return none;
  return [wrong(field, amount, `${amount} is not positive integer multiple of ${name}`)];
}

/** `ofPod`: what all containers of a pod may have together, which is told in fewer names. */
export function resourceProblems(resources: WireResources, path: string, claims: readonly string[], ofPod = false) {
  const { limits = {}, requests = {} } = resources;
  const named = ofPod ? podNameProblems : nameProblems;
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  const isHugeAlone = names.some(isHuge) && !names.some(name => name === 'cpu' || name === 'memory');
  return [
    ...Object.entries(limits).flatMap(([name, amount]) => oneProblems(name, amount, `${path}.limits[${name}]`, named)),
    ...Object.entries(requests).flatMap(([name, amount]) => [
      ...oneProblems(name, amount, `${path}.requests[${name}]`, named),
      ...overLimitProblems(name, amount, limits, path),
    ]),
    ...(isHugeAlone ? [forbiddenField(path, 'HugePages require cpu or memory')] : none),
    ...(resources.claims ? claimProblems(resources.claims, claims, `${path}.claims`) : none),
  ];
}

type Rule = (name: string, field: string) => StatusCause[];

function oneProblems(name: string, amount: string, field: string, named: Rule): StatusCause[] {
  if (plain.includes(name) && isPlain(amount)) return named === podNameProblems ? named(name, field) : none;
  return [...named(name, field), ...valueProblems(name, amount, field)];
}

/** What is obviously no less than zero. */
function isPlain(amount: string): boolean {
  return !amount.startsWith('-');
}

/** Nobody asks for more than they may have; and of what can't be shared for less either. */
function overLimitProblems(name: string, request: string, limits: Record<string, string>, path: string): StatusCause[] {
  const limit = limits[name];
  const canBeMore = isShared(name);
  const hint = 'Limit must be set for non overcommitable resources';
  if (limit === undefined) return canBeMore ? none : [required(`${path}.limits`, hint)];
  if (limit === request || (canBeMore && isPlainlyLess(request, limit))) return none;
  const difference = amountOf(request).nano - amountOf(limit).nano;
  if (difference === 0n || (canBeMore && difference < 0n)) return none;
  const relation = canBeMore ? 'less than or equal to' : 'equal to';
  return [wrong(`${path}.requests`, request, `must be ${relation} ${name} limit of ${limit}`)];
}

/** Two whole numbers of one unit need no exact arithmetic; most are such. */
function isPlainlyLess(request: string, limit: string): boolean {
  const [a, b] = [Number.parseInt(request, 10), Number.parseInt(limit, 10)];
  const [digits, others] = [String(a), String(b)];
  if (!request.startsWith(digits) || !limit.startsWith(others) || a > b) return false;
  const unit = request.slice(digits.length);
  return unit === limit.slice(others.length) && /^[A-Za-z]*$/.test(unit);
}

function claimProblems(
  claims: NonNullable<WireResources['claims']>,
  known: readonly string[],
  path: string,
): StatusCause[] {
  const list = known.length === 0 ? ' which is empty' : `: ${[...known].sort().join(', ')}`;
  const hint = `must be one of the names in pod.spec.resourceClaims${list}`;
  return claims.flatMap(({ name = '' }, index) => {
    const field = `${path}[${index}]`;
    if (name === '') return [required(field)];
    const missing = notFoundField(field, name);
    return [
      ...(claims.slice(0, index).some(other => other.name === name) ? [duplicate(field, name)] : none),
      ...(known.includes(name) ? none : [{ ...missing, message: `${missing.message}: ${hint}` }]),
    ];
  });
}
