import type { KubeObject } from '../../../kubernetes/objects.ts';
import { isRecord } from '../../../lib/json.ts';
import type { StatusCause } from '../client.ts';
import { clone, equal, type JsonRecord } from '../json.ts';
import { compare } from './compare.ts';
import { problemIn } from './conform.ts';
import { type Author, type Entry, entryOf, isBy, sorted, withoutFields } from './entries.ts';
import { difference, type FieldSet, intersection, isEmpty, noFields, pathsIn, union, without } from './field_set.ts';
import { merge, removeFields } from './merge.ts';
import { fieldsNamedIn, withParents } from './named_fields.ts';
import { authorOf, changedFields, recordUpdate, type Writing } from './record.ts';
import { pathText } from './steps.ts';
import { ownedByNobody, type TypedResource } from './typed_resource.ts';

/** A field that somebody wants to apply, and that is another's. */
export interface FieldConflict {
  entry: Entry;
  path: readonly string[];
}

export type Applied =
  | { kind: 'applied'; object: JsonRecord; entries: readonly Entry[] }
  | { kind: 'conflicts'; conflicts: readonly FieldConflict[] }
  | { kind: 'malformed'; problem: string };

export interface Application extends Writing {
  force: boolean;
}

/**
 * Server-side apply: the object with everything that `config` says, without what its author applied before and no longer
 * does (unless somebody else wants it too). `live` is undefined for an object that is to be created.
 */
export function applyConfiguration(
  typed: TypedResource,
  { live, config }: { live: KubeObject | undefined; config: JsonRecord },
  entries: readonly Entry[],
  application: Application,
): Applied {
  const problem = problemIn(typed.schema, config);
  if (problem !== undefined) return { kind: 'malformed', problem };
  const known = live && entries.length === 0 ? beforeFirstApply(typed, live, application) : entries;
  const result = applied(typed, { live, config }, known, application);
  if (result.kind !== 'conflicts' || application.manager !== 'kubectl' || !live) return result;
  const left = notFromClientSide(typed, live, result.conflicts);
  if (left.length > 0) return { kind: 'conflicts', conflicts: left };
  return applied(typed, { live, config }, known, { ...application, force: true });
}

/** Whatever is there before anybody tracks it has an owner of its own. */
function beforeFirstApply(typed: TypedResource, live: KubeObject, { time }: Writing): readonly Entry[] {
  const { metadata, ...rest } = live;
  const { managedFields: _, ...unmanaged } = metadata;
  const after = { ...rest, metadata: unmanaged };
  const whole = { ...typed, allocated: noFields };
  return recordUpdate(whole, { before: undefined, after }, [], { manager: 'before-first-apply', time });
}

function applied(
  typed: TypedResource,
  { live, config }: { live: KubeObject | undefined; config: JsonRecord },
  entries: readonly Entry[],
  application: Application,
): Applied {
  const { schema, options, reset } = typed;
  const author = authorOf(typed, application, 'Apply');
  const last = entries.find(entry => isBy(entry, author));
  const others = entries.filter(entry => entry !== last);
  const wanted = without(fieldsNamedIn(schema, config, options), reset);
  const base: JsonRecord = live ? unmanaged(live) : {};
  const owned = others.reduce((set, entry) => union(set, entry.fieldsV1), wanted);
  const object = pruned(typed, merge(schema, base, config, options), last?.fieldsV1 ?? noFields, owned);
  const changes = changedFields(typed, live && (base as unknown as KubeObject), object);
  const taken = union(changes.modified ?? noFields, changes.added ?? noFields);
  const conflicts = others.flatMap(entry => conflictsWith(entry, taken));
  if (conflicts.length > 0 && !application.force) return { kind: 'conflicts', conflicts };
  const left = withoutFields(withoutFields(others, taken), changes.removed ?? noFields);
  const isSame = live !== undefined && equal(base, object);
  const mine = ownEntry(author, difference(wanted, ownedByNobody), isSame ? last?.time : application.time);
  return { kind: 'applied', object, entries: sorted([...left, ...mine]) };
}

function ownEntry(author: Author, fields: FieldSet, time: string | undefined): Entry[] {
  return isEmpty(fields) ? [] : [entryOf(author, fields, time)];
}

function unmanaged(live: KubeObject): JsonRecord {
  const { managedFields: _, ...metadata } = live.metadata;
  return { ...live, metadata };
}

function conflictsWith(entry: Entry, taken: FieldSet): FieldConflict[] {
  return pathsIn(intersection(entry.fieldsV1, taken)).map(path => ({ entry, path }));
}

/** Takes away what was applied last time and is wanted by nobody now. */
function pruned({ schema, options }: TypedResource, merged: JsonRecord, last: FieldSet, owned: FieldSet): JsonRecord {
  if (isEmpty(last)) return merged;
  const whole = (set: FieldSet) => withParents(schema, set);
  const drop = (value: JsonRecord, fields: FieldSet) => recordFrom(removeFields(schema, value, fields, options));
  const named = (value: JsonRecord) => whole(fieldsNamedIn(schema, value, options));
  const all = named(merged);
  const bare = drop(merged, whole(last));
  const withOwned = drop(merged, difference(all, union(named(bare), whole(owned))));
  return drop(merged, intersection(difference(all, named(withOwned)), whole(last)));
}

function recordFrom(value: unknown): JsonRecord {
  return isRecord(value) ? value : {};
}

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** Conflicts over fields that `kubectl apply` set from the client's side are none for `kubectl apply --server-side`. */
function notFromClientSide(
  { schema, options, apiVersion }: TypedResource,
  live: KubeObject,
  conflicts: readonly FieldConflict[],
): readonly FieldConflict[] {
  const config = parsed(live.metadata.annotations?.[lastApplied]);
  if (!config || config['apiVersion'] !== apiVersion || problemIn(schema, config) !== undefined) return conflicts;
  const { removed, modified, added } = compare(schema, config, unmanaged(live), options);
  const differing = [removed, modified, added].reduce<FieldSet>((set, one) => union(set, one ?? noFields), noFields);
  const allowed = difference(fieldsNamedIn(schema, config, options), differing);
  return conflicts.filter(({ path }) => !containsPath(allowed, path));
}

function containsPath(set: FieldSet, path: readonly string[]): boolean {
  return pathsIn(set).some(known => equal(known, path));
}

/** Keeps the annotation of client-side apply true, where there is one. */
export function withLastApplied(object: JsonRecord, config: JsonRecord): JsonRecord {
  const metadata = object['metadata'];
  const annotations = isRecord(metadata) ? metadata['annotations'] : undefined;
  if (!isRecord(metadata) || !isRecord(annotations) || !annotations[lastApplied]) return object;
  const said = clone(config);
  const saidMetadata = said['metadata'];
  if (isRecord(saidMetadata) && isRecord(saidMetadata['annotations'])) delete saidMetadata['annotations'][lastApplied];
  const text = `${JSON.stringify(inKeyOrder(said))}\n`;
  return { ...object, metadata: { ...metadata, annotations: { ...annotations, [lastApplied]: text } } };
}

function inKeyOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inKeyOrder);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map(key => [key, inKeyOrder(value[key])]),
  );
}

function parsed(text: string | undefined): JsonRecord | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The conflicts as an API server reports them. */
export function conflictReport(conflicts: readonly FieldConflict[]): { message: string; causes: StatusCause[] } {
  const causes = conflicts.map(({ entry, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${managerText(entry)}`,
    field: pathText(path),
  }));
  const [only] = causes;
  if (only && causes.length === 1) {
    return { message: `Apply failed with 1 conflict: ${only.message}: ${only.field}`, causes };
  }
  const byManager = Map.groupBy(conflicts, ({ entry }) => managerText(entry));
  const lines = [...byManager]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([manager, found]) => [`conflicts with ${manager}:`, ...found.map(({ path }) => `- ${pathText(path)}`)]);
  return { message: `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`, causes };
}

function managerText({ manager, operation, apiVersion, subresource }: Entry): string {
  const name = `${JSON.stringify(manager)}${subresource ? ` with subresource ${JSON.stringify(subresource)}` : ''}`;
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}
