import { isRecord } from '../../../lib/json.ts';
import { clone, equal, type JsonRecord } from '../json.ts';
import { goText } from './go_text.ts';
import { StrategicPatchProblem } from './strategic_problem.ts';

interface Merging {
  /** What tells items apart; plain values are their own key. */
  mergeKey: string | undefined;
  merge(item: JsonRecord, change: JsonRecord): JsonRecord;
  /** What `$setElementOrder` says; otherwise the order of the patch counts. */
  order: readonly unknown[] | undefined;
}

/** Merges a list item by item, and orders it: first as the patch says, then as it was. */
export function mergeLists(before: readonly unknown[], patch: readonly unknown[], merging: Merging): unknown[] {
  const { mergeKey } = merging;
  if (before.length === 0 && patch.length === 0) return [];
  const all = [...before, ...patch];
  if (!all.every(item => isRecord(item) === isRecord(all[0]) && !Array.isArray(item))) {
    throw new StrategicPatchProblem(`list element types are not identical: ${goText([before, patch])}`);
  }
  if (mergeKey === undefined || !isRecord(all[0])) {
    const merged = all.filter((item, index) => all.findIndex(other => equal(other, item)) === index);
    return ordered(merged, before, { mergeKey: undefined, order: merging.order ?? patch });
  }
  const { kept, changes, replaces } = directed(before as JsonRecord[], patch as JsonRecord[], mergeKey);
  for (const change of changes) keyOf(change, mergeKey);
  if (replaces) return clone(changes);
  const merged = [...kept];
  for (const change of changes) mergeItem(merged, change, mergeKey, merging);
  return ordered(merged, kept, { mergeKey, order: merging.order ?? changes });
}

/** Carries out what `$patch` says about single items, and about the list. */
function directed(before: readonly JsonRecord[], patch: readonly JsonRecord[], mergeKey: string) {
  let kept = [...before];
  let replaces = false;
  const changes: JsonRecord[] = [];
  for (const change of patch) {
    const directive = change['$patch'];
    if (directive === undefined) changes.push(change);
    else if (directive === 'replace') replaces = true;
    else if (directive === 'delete') {
      const key = keyOf(change, mergeKey);
      kept = kept.filter(item => !equal(item[mergeKey], key));
    } else if (directive === 'merge')
      throw new StrategicPatchProblem('merging lists cannot yet be specified in the patch');
    else throw new StrategicPatchProblem(`unknown patch type: ${goText(directive)} in map: ${goText(change)}`);
  }
  return { kept, changes, replaces };
}

function keyOf(item: JsonRecord, mergeKey: string): unknown {
  if (item[mergeKey] !== undefined) return item[mergeKey];
  throw new StrategicPatchProblem(`map: ${goText(item)} does not contain declared merge key: ${mergeKey}`);
}

function mergeItem(items: JsonRecord[], change: JsonRecord, mergeKey: string, { merge }: Merging): void {
  const key = keyOf(change, mergeKey);
  const index = items.findIndex(item => equal(item[mergeKey], key));
  const existing = items[index];
  if (existing) items[index] = merge(existing, change);
  else items.push(clone(change));
}

/** An item that nobody ordered comes before the first ordered one that it stood before; new items come first. */
function ordered(
  merged: readonly unknown[],
  before: readonly unknown[],
  { mergeKey, order }: { mergeKey: string | undefined; order: readonly unknown[] },
): unknown[] {
  const placeIn = (list: readonly unknown[], item: unknown) => list.findIndex(other => sameItem(other, item, mergeKey));
  const wanted = merged.filter(item => placeIn(order, item) >= 0).sort((a, b) => placeIn(order, a) - placeIn(order, b));
  const others = merged.filter(item => placeIn(order, item) < 0);
  const result: unknown[] = [];
  for (const item of wanted) {
    const place = placeIn(before, item);
    while (others.length > 0 && place >= 0 && placeIn(before, others[0]) < place) result.push(others.shift());
    result.push(item);
  }
  return [...result, ...others];
}

function sameItem(wanted: unknown, item: unknown, mergeKey: string | undefined): boolean {
  if (mergeKey === undefined) return equal(wanted, item);
  return isRecord(wanted) && isRecord(item) && equal(wanted[mergeKey], item[mergeKey]);
}

/** The items of the patch have to stand in the order that it asks for. */
export function checkOrder(patch: readonly unknown[], order: unknown, mergeKey: string | undefined): void {
  if (!Array.isArray(order)) {
    throw new StrategicPatchProblem(`expected a []interface {}, but received a ${typeof order}`);
  }
  const items = patch.filter(item => mergeKey === undefined || !isRecord(item) || item['$patch'] !== 'delete');
  if (order.length === 0 || items.length === 0) return;
  let next = 0;
  for (let place = 0; next < items.length && place < order.length; ) {
    const item = items[next];
    const isDirective = isRecord(item) && item['$patch'] !== undefined;
    if (isDirective || sameItem(order[place], item, mergeKey)) next += 1;
    if (!isDirective) place += 1;
  }
  if (next === items.length) return;
  throw new StrategicPatchProblem(
    `The order in patch list:\n${goText(patch)}\n doesn't match $setElementOrder list:\n${goText(order)}\n`,
  );
}

export function removeValues(target: JsonRecord, field: string, values: unknown): void {
  const list = target[field];
  if (!Array.isArray(list)) return;
  if (!Array.isArray(values)) throw new StrategicPatchProblem('invalid patch format of primitive list', 400);
  target[field] = clone(list.filter(item => !values.some(value => equal(value, item))));
}
