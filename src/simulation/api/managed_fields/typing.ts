import { isRecord } from '../../../lib/json.ts';
import type { JsonRecord } from '../json.ts';
import { anything, type Field, type ListSchema, type Schema } from '../schema/schema.ts';
import { unsetScalar } from './steps.ts';

/**
 * What a value is to those who compare and merge: one thing as a whole, a record of fields, or a list of items that can
 * be told apart. Where the type is not known, that follows from the value.
 */
export type Typing = WholeTyping | RecordTyping | ItemsTyping;

interface WholeTyping {
  kind: 'whole';
}

export interface RecordTyping {
  kind: 'record';
  schema: Schema;
}

export interface ItemsTyping {
  kind: 'items';
  schema: ListSchema;
}

const whole: WholeTyping = { kind: 'whole' };
const untypedRecord: RecordTyping = { kind: 'record', schema: anything };
const typings = new WeakMap<Schema, Typing>();

/** `deduces`: values of no known type are taken apart too, as those of custom resources are. */
export function typingOf(schema: Schema, value: unknown, deduces: boolean): Typing {
  if (schema.kind === 'any') return deduces && isRecord(value) ? untypedRecord : whole;
  const known = typings.get(schema);
  if (known) return known;
  const typing = typingFrom(schema);
  typings.set(schema, typing);
  return typing;
}

function typingFrom(schema: Schema): Typing {
  if (schema.kind === 'list') return schema.listType === 'atomic' ? whole : { kind: 'items', schema };
  if (schema.kind === 'object' || schema.kind === 'map') return schema.atomic ? whole : { kind: 'record', schema };
  return whole;
}

/** The type of one field of a record; undefined for one that its type doesn't know. */
export function typeOfField(schema: Schema, name: string): Schema | undefined {
  if (schema.kind === 'map') return schema.values;
  if (schema.kind !== 'object') return anything;
  return schema.fields.get(name)?.type ?? (schema.keepsUnknown ? anything : undefined);
}

/**
 * What a field is that is not in an object: real servers' types write some fields also when nobody set them, and such
 * fields are there, with their empty value, as soon as the object is.
 */
export function unsetValue(schema: Schema, name: string): unknown {
  const field = schema.kind === 'object' ? schema.fields.get(name) : undefined;
  return field && (field.empty === 'written' || isPlainTime(field)) ? zeroOf(field) : undefined;
}

const plainTimes = new Set([
  'deprecatedFirstTimestamp',
  'deprecatedLastTimestamp',
  'eventTime',
  'finishedAt',
  'firstTimestamp',
  'lastHeartbeatTime',
  'lastObservedTime',
  'lastProbeTime',
  'lastTimestamp',
  'lastTransitionTime',
  'lastUpdateTime',
  'startedAt',
]);

/** Times that real types hold without a pointer, and write as null. */
function isPlainTime({ name, type }: Field): boolean {
  return type.kind === 'scalar' && (type.type === 'time' || type.type === 'microTime') && plainTimes.has(name);
}

/** The fields that are there as soon as the object is. */
export function writtenAnyway(schema: Schema): readonly string[] {
  if (schema.kind !== 'object') return [];
  const known = written.get(schema);
  if (known) return known;
  const names = [...schema.fields.keys()].filter(name => unsetValue(schema, name) !== undefined);
  written.set(schema, names);
  return names;
}

const written = new WeakMap<Schema, readonly string[]>();

const emptyRecord: JsonRecord = Object.freeze({});

function zeroOf({ type }: Field): unknown {
  if (type.kind === 'object') return emptyRecord;
  return type.kind === 'scalar' ? unsetScalar(type.type) : null;
}
