import { isRecord } from '../../../lib/json.ts';
import { clone, equal, type JsonRecord } from '../json.ts';

/** A strategic merge patch that can't be understood. */
export class StrategicPatchProblem extends Error {
  override readonly name = 'StrategicPatchProblem';
}

/** Lists of objects that are merged item by item, and the field that tells the items apart. All others are replaced. */
const mergeKeys: Readonly<Record<string, string>> = {
  addresses: 'type',
  conditions: 'type',
  containers: 'name',
  env: 'name',
  ephemeralContainers: 'name',
  hostAliases: 'ip',
  imagePullSecrets: 'name',
  initContainers: 'name',
  ownerReferences: 'uid',
  podIPs: 'ip',
  resourceClaims: 'name',
  schedulingGates: 'name',
  secrets: 'name',
  topologySpreadConstraints: 'topologyKey',
  volumeDevices: 'devicePath',
  volumeMounts: 'mountPath',
  volumes: 'name',
};

/** Lists of plain values that grow instead of being replaced. */
const mergedValueLists = new Set(['finalizers']);

const orderPrefix = '$setElementOrder/';
const deletePrefix = '$deleteFromPrimitiveList/';

/** A Kubernetes strategic merge patch. Shares nothing with its arguments. */
export function strategicMergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) throw new StrategicPatchProblem('expected the patch to be an object');
  return mergeRecord(isRecord(target) ? target : {}, patch);
}

function mergeRecord(target: JsonRecord, patch: JsonRecord): JsonRecord {
  const directive = patch['$patch'];
  if (directive === 'replace') return mergeRecord({}, without(patch, '$patch'));
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'merge')
    throw new StrategicPatchProblem(`unknown patch type found: ${directive}`);
  const result = retained(clone(target), patch['$retainKeys']);
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$') || key === '__proto__') continue;
    if (value === null) delete result[key];
    else result[key] = mergeValue(key, result, value);
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(deletePrefix)) removeValues(result, key.slice(deletePrefix.length), value);
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(orderPrefix)) reorder(result, key.slice(orderPrefix.length), value);
  }
  return result;
}

function mergeValue(key: string, parent: JsonRecord, value: unknown): unknown {
  const existing = parent[key];
  if (isRecord(value)) return mergeRecord(isRecord(existing) ? existing : {}, value);
  if (!Array.isArray(value)) return value;
  const before: readonly unknown[] = Array.isArray(existing) ? existing : [];
  const mergeKey = mergeKeyOf(key, [...before, ...value]);
  if (mergeKey !== undefined) return mergeList(before, value, mergeKey);
  if (mergedValueLists.has(key)) return [...before, ...clone(value).filter(item => !before.includes(item))];
  return clone(value);
}

/** Ports are told apart by `containerPort` in a container, and by `port` in a service. */
function mergeKeyOf(key: string, items: readonly unknown[]): string | undefined {
  if (key !== 'ports') return Object.hasOwn(mergeKeys, key) ? mergeKeys[key] : undefined;
  return items.some(item => isRecord(item) && item['containerPort'] !== undefined) ? 'containerPort' : 'port';
}

function mergeList(before: readonly unknown[], patch: readonly unknown[], mergeKey: string): unknown[] {
  const replaces = patch.some(item => isRecord(item) && item['$patch'] === 'replace' && item[mergeKey] === undefined);
  const items: unknown[] = replaces ? [] : [...before];
  for (const change of patch) {
    if (!isRecord(change)) throw new StrategicPatchProblem(`expected items with "${mergeKey}", got ${typeof change}`);
    if (change['$patch'] === 'replace' && change[mergeKey] === undefined) continue;
    mergeItem(items, change, mergeKey);
  }
  return items;
}

function mergeItem(items: unknown[], change: JsonRecord, mergeKey: string): void {
  const key = change[mergeKey];
  if (key === undefined)
    throw new StrategicPatchProblem(`map: ${JSON.stringify(change)} does not contain declared merge key: ${mergeKey}`);
  const index = items.findIndex(item => isRecord(item) && equal(item[mergeKey], key));
  const existing = items[index];
  if (change['$patch'] === 'delete') {
    if (index >= 0) items.splice(index, 1);
  } else if (isRecord(existing)) items[index] = mergeRecord(existing, change);
  else items.push(mergeRecord({}, change));
}

function retained(target: JsonRecord, keys: unknown): JsonRecord {
  if (keys === undefined) return target;
  if (!Array.isArray(keys)) throw new StrategicPatchProblem('expected $retainKeys to be a list');
  return Object.fromEntries(Object.entries(target).filter(([key]) => keys.includes(key)));
}

function removeValues(target: JsonRecord, field: string, values: unknown): void {
  if (!Array.isArray(values)) throw new StrategicPatchProblem(`expected ${deletePrefix}${field} to be a list`);
  const list = target[field];
  if (Array.isArray(list)) target[field] = list.filter(item => !values.some(value => equal(value, item)));
}

/** Puts the items that `order` names into that order; those that it does not name keep their places. */
function reorder(target: JsonRecord, field: string, order: unknown): void {
  if (!Array.isArray(order)) throw new StrategicPatchProblem(`expected ${orderPrefix}${field} to be a list`);
  const list: unknown = target[field];
  if (!Array.isArray(list)) return;
  const mergeKey = mergeKeyOf(field, list);
  const rank = (item: unknown) => order.findIndex(wanted => sameItem(wanted, item, mergeKey));
  const named = list.filter(item => rank(item) >= 0).sort((a, b) => rank(a) - rank(b));
  target[field] = list.map(item => (rank(item) >= 0 ? named.shift() : item));
}

function sameItem(wanted: unknown, item: unknown, mergeKey: string | undefined): boolean {
  if (mergeKey === undefined) return equal(wanted, item);
  return isRecord(wanted) && isRecord(item) && equal(wanted[mergeKey], item[mergeKey]);
}

function without(record: JsonRecord, key: string): JsonRecord {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}
