import { isRecord } from '../../../lib/json.ts';
import type { StatusCause } from '../client.ts';
import { equal, type JsonRecord } from '../json.ts';
import { required, unsupported, wrong } from '../validation/problem.ts';
import { fitsFormat } from './formats.ts';

/** What a custom resource has that its schema doesn't allow, in the words of a server. */
export function customProblems(schema: JsonRecord, value: unknown): StatusCause[] {
  return [...valueProblems(schema, value, ''), ...duplicatesBelow(schema, value, '')];
}

function valueProblems(schema: JsonRecord, value: unknown, path: string): StatusCause[] {
  if (value === undefined || (value === null && schema['nullable'] === true)) return [];
  const found = typeProblem(schema, value, path);
  return [
    ...found,
    ...combinationProblems(schema, value, path),
    ...(typeof value === 'string' ? stringProblems(schema, value, path) : []),
    ...(typeof value === 'number' ? numberProblems(schema, value, path) : []),
    ...(Array.isArray(value) ? listProblems(schema, value, path) : []),
    ...enumProblems(schema, value, path),
    ...(isRecord(value) ? objectProblems(schema, value, path) : []),
  ];
}

function inBody(path: string): string {
  return `${path} in body`;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'number' ? (Number.isInteger(value) ? 'integer' : 'number') : typeof value;
}

function typeProblem(schema: JsonRecord, value: unknown, path: string): StatusCause[] {
  const is = typeOf(value);
  if (schema['x-kubernetes-int-or-string'] === true) {
    return is === 'integer' || is === 'string' ? [] : [wrongType(path, 'integer,string', is)];
  }
  const { type } = schema;
  if (typeof type !== 'string' || type === '' || type === is || (type === 'number' && is === 'integer')) return [];
  return [wrongType(path, type, is)];
}

function wrongType(field: string, wanted: string, is: string): StatusCause {
  const message = `Invalid value: ${JSON.stringify(is)}: ${inBody(field)} must be of type ${wanted}: ${JSON.stringify(is)}`;
  return { reason: 'FieldValueTypeInvalid', message, field };
}

function stringProblems(schema: JsonRecord, value: string, path: string): StatusCause[] {
  const { format } = schema;
  const problem = textProblem(schema, value, path);
  if (typeof format !== 'string' || fitsFormat(format, value)) return problem ? [problem] : [];
  const message = `Invalid value: ${JSON.stringify(value)}: ${inBody(path)} must be of type ${format}: ${JSON.stringify(value)}`;
  return [...(problem ? [problem] : []), { reason: 'FieldValueTypeInvalid', message, field: path }];
}

function textProblem(schema: JsonRecord, value: string, path: string): StatusCause | undefined {
  const { maxLength, minLength, pattern } = schema;
  const { length } = [...value];
  if (typeof maxLength === 'number' && length > maxLength) {
    return { reason: 'FieldValueTooLong', message: `Too long: may not be more than ${maxLength} bytes`, field: path };
  }
  if (typeof minLength === 'number' && length < minLength) {
    return wrong(path, value, `${inBody(path)} should be at least ${minLength} chars long`);
  }
  if (typeof pattern !== 'string' || new RegExp(pattern, 'u').test(value)) return undefined;
  return wrong(path, value, `${inBody(path)} should match '${pattern}'`);
}

function numberProblems(schema: JsonRecord, value: number, path: string): StatusCause[] {
  const { maximum, minimum, exclusiveMaximum, exclusiveMinimum, multipleOf } = schema;
  const problems: StatusCause[] = [];
  const say = (why: string) => problems.push(wrong(path, value, `${inBody(path)} should be ${why}`));
  if (typeof multipleOf === 'number' && !Number.isInteger(value / multipleOf)) say(`a multiple of ${multipleOf}`);
  if (typeof maximum === 'number' && (exclusiveMaximum === true ? value >= maximum : value > maximum)) {
    say(exclusiveMaximum === true ? `less than ${maximum}` : `less than or equal to ${maximum}`);
  }
  if (typeof minimum === 'number' && (exclusiveMinimum === true ? value <= minimum : value < minimum)) {
    say(exclusiveMinimum === true ? `greater than ${minimum}` : `greater than or equal to ${minimum}`);
  }
  return problems;
}

function listProblems(schema: JsonRecord, value: readonly unknown[], path: string): StatusCause[] {
  const { items, maxItems, minItems, uniqueItems } = schema;
  return [
    ...(isRecord(items) ? value.flatMap((item, index) => valueProblems(items, item, `${path}[${index}]`)) : []),
    ...(typeof minItems === 'number' && value.length < minItems
      ? [wrong(path, value.length, `${inBody(path)} should have at least ${minItems} items`)]
      : []),
    ...(typeof maxItems === 'number' && value.length > maxItems ? [tooMany(path, value.length, maxItems)] : []),
    ...(uniqueItems === true && value.some((item, index) => value.slice(0, index).some(other => equal(item, other)))
      ? [wrong(path, '', `${inBody(path)} shouldn't contain duplicates`)]
      : []),
  ];
}

function tooMany(field: string, count: number, most: number): StatusCause {
  return { reason: 'FieldValueTooMany', message: `Too many: ${count}: must have at most ${most} items`, field };
}

/** Sets and maps hold each item once. */
function duplicatesBelow(schema: JsonRecord, value: unknown, path: string): StatusCause[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    const inner = isRecord(items) ? value.flatMap((item, at) => duplicatesBelow(items, item, `${path}[${at}]`)) : [];
    return [...duplicates(schema, value, path), ...inner];
  }
  const { properties } = schema;
  if (!isRecord(value) || !isRecord(properties)) return [];
  return Object.keys(value)
    .sort()
    .flatMap(name => {
      const type = properties[name];
      return isRecord(type) ? duplicatesBelow(type, value[name], path === '' ? name : `${path}.${name}`) : [];
    });
}

function duplicates(schema: JsonRecord, value: readonly unknown[], path: string): StatusCause[] {
  const keys: unknown[] = Array.isArray(schema['x-kubernetes-list-map-keys'])
    ? schema['x-kubernetes-list-map-keys']
    : [];
  const type = schema['x-kubernetes-list-type'];
  if (type !== 'set' && type !== 'map') return [];
  const keyOf = (item: unknown) =>
    type === 'set' || !isRecord(item) ? item : Object.fromEntries(keys.map(key => [String(key), item[String(key)]]));
  const seen = value.map(keyOf);
  return seen.flatMap((key, index) =>
    seen.slice(0, index).some(other => equal(other, key))
      ? [
          {
            reason: 'FieldValueDuplicate',
            message: `Duplicate value: ${JSON.stringify(key)}`,
            field: `${path}[${index}]`,
          },
        ]
      : [],
  );
}

function enumProblems(schema: JsonRecord, value: unknown, path: string): StatusCause[] {
  const allowed: unknown[] | undefined = Array.isArray(schema['enum']) ? schema['enum'] : undefined;
  if (!allowed || allowed.some(known => equal(known, value))) return [];
  const texts = allowed.map(known => (typeof known === 'string' ? known : JSON.stringify(known)));
  return [unsupported(path, value, texts)];
}

function objectProblems(schema: JsonRecord, value: JsonRecord, path: string): StatusCause[] {
  const { required: needed, properties, additionalProperties, minProperties, maxProperties } = schema;
  const size = Object.keys(value).length;
  const names: unknown[] = Array.isArray(needed) ? needed : [];
  const at = (name: string) => (path === '' ? name : `${path}.${name}`);
  const known = isRecord(properties) ? properties : {};
  return [
    ...(typeof minProperties === 'number' && size < minProperties
      ? [wrong(path, size, `${inBody(path)} should have at least ${minProperties} properties`)]
      : []),
    ...(typeof maxProperties === 'number' && size > maxProperties ? [tooMany(path, size, maxProperties)] : []),
    ...names.flatMap(name => (value[String(name)] === undefined ? [required(at(String(name)))] : [])),
    ...Object.keys(value)
      .sort()
      .flatMap(name => {
        const type = Object.hasOwn(known, name) ? known[name] : additionalProperties;
        return isRecord(type) ? valueProblems(type, value[name], at(name)) : [];
      }),
  ];
}

function combinationProblems(schema: JsonRecord, value: unknown, path: string): StatusCause[] {
  const { allOf, anyOf, oneOf, not } = schema;
  const fits = (option: unknown) => !isRecord(option) || valueProblems(option, value, path).length === 0;
  const list = (options: unknown): unknown[] | undefined => (Array.isArray(options) ? options : undefined);
  const problems: StatusCause[] = (list(allOf) ?? []).flatMap(option =>
    isRecord(option) ? valueProblems(option, value, path) : [],
  );
  const name = path === '' ? '""' : JSON.stringify(path);
  const say = (why: string) => problems.push(wrong(path, '', why));
  if (list(anyOf)?.some(fits) === false) say(`${name} must validate at least one schema (anyOf)`);
  const matching = list(oneOf)?.filter(fits).length;
  if (matching === 0) say(`${name} must validate one and only one schema (oneOf). Found none valid`);
  if (matching !== undefined && matching > 1)
    say(`${name} must validate one and only one schema (oneOf). Found ${matching} valid alternatives`);
  if (isRecord(not) && fits(not)) say(`${name} must not validate the schema (not)`);
  return problems;
}
