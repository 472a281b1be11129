import { anything, type Field, type ListSchema, type MapSchema, type Schema } from './schema.ts';

/** What is wrong with a text that should be JSON, as Go's reader words it. */
export class JsonTextProblem extends Error {
  override readonly name = 'JsonTextProblem';
}

interface Reader {
  text: string;
  at: number;
  depth: number;
  found: Set<string>;
}

const mostFound = 100;
const deepest = 1_000;

/**
 * What JSON.parse does not tell: the fields that occur twice, and those that their type doesn't have, in the order of
 * the text. Throws a JsonTextProblem when the text is no JSON.
 */
export function strictProblems(text: string, schema?: Schema): string[] {
  const reader: Reader = { text, at: 0, depth: 0, found: new Set() };
  readValue(reader, schema, '');
  if (skipSpace(reader) < text.length) throw unexpected(reader, 'after top-level value');
  return [...reader.found];
}

function readValue(reader: Reader, schema: Schema | undefined, path: string): number {
  const { text } = reader;
  const first = text[skipSpace(reader)];
  if (first === '{' || first === '[') return readNested(reader, schema, path);
  if (first === '"') return readString(reader);
  if (first === 't') return readLiteral(reader, 'true');
  if (first === 'f') return readLiteral(reader, 'false');
  if (first === 'n') return readLiteral(reader, 'null');
  if (first === '-' || isDigit(first)) return readNumber(reader);
  throw unexpected(reader, 'looking for beginning of value');
}

function readNested(reader: Reader, schema: Schema | undefined, path: string): number {
  reader.depth += 1;
  if (reader.depth > deepest) throw unexpected(reader, 'exceeded max depth');
  const end = reader.text[reader.at] === '{' ? readObject(reader, schema, path) : readList(reader, schema, path);
  reader.depth -= 1;
  return end;
}

function readObject(reader: Reader, schema: Schema | undefined, path: string): number {
  const seen = new Set<string>();
  reader.at += 1;
  if (reader.text[skipSpace(reader)] === '}') return advance(reader);
  for (;;) {
    const key = readKey(reader);
    const place = path === '' ? key : `${path}.${key}`;
    const inner = innerSchema(schema, key);
    if (inner === 'unknown') note(reader, `unknown field ${JSON.stringify(place)}`);
    else if (schema && schema.kind !== 'any' && seen.has(key)) note(reader, `duplicate field ${JSON.stringify(place)}`);
    seen.add(key);
    readValue(reader, inner === 'unknown' ? undefined : inner, place);
    const next = reader.text[skipSpace(reader)];
    if (next === '}') return advance(reader);
    if (next !== ',') throw unexpected(reader, 'after object key:value pair');
    advance(reader);
  }
}

function innerSchema(schema: Schema | undefined, key: string): Schema | 'unknown' | undefined {
  if (schema?.kind === 'map') return schema.values;
  if (schema?.kind !== 'object') return undefined;
  const field: Field | undefined = schema.fields.get(key);
  return field?.type ?? (schema.keepsUnknown ? undefined : 'unknown');
}

function note({ found }: Reader, problem: string): void {
  if (found.size < mostFound) found.add(problem);
}

function readKey(reader: Reader): string {
  const start = skipSpace(reader);
  if (reader.text[start] !== '"') throw unexpected(reader, 'looking for beginning of object key string');
  readString(reader);
  const key = JSON.parse(reader.text.slice(start, reader.at)) as string;
  if (reader.text[skipSpace(reader)] !== ':') throw unexpected(reader, 'after object key');
  advance(reader);
  return key;
}

function readList(reader: Reader, schema: Schema | undefined, path: string): number {
  advance(reader);
  if (reader.text[skipSpace(reader)] === ']') return advance(reader);
  for (let index = 0; ; index++) {
    readValue(
      reader,
      schema?.kind === 'list' ? schema.items : schema === freeform ? freeform : undefined,
      `${path}[${index}]`,
    );
    const next = reader.text[skipSpace(reader)];
    if (next === ']') return advance(reader);
    if (next !== ',') throw unexpected(reader, 'after array element');
    advance(reader);
  }
}

const escaped = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

function readString(reader: Reader): number {
  advance(reader);
  for (;;) {
    while (isPlain(reader.text[reader.at])) reader.at += 1;
    const next = reader.text[reader.at];
    if (next === '"') return advance(reader);
    if (next !== '\\') throw unexpected(reader, 'in string literal');
    if (take(reader, escaped)) continue;
    advance(reader);
    throw unexpected(reader, 'in string escape code');
  }
}

function isPlain(letter: string | undefined): boolean {
  return letter !== undefined && letter >= ' ' && letter !== '"' && letter !== '\\';
}

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

function readNumber(reader: Reader): number {
  if (!take(reader, number)) {
    advance(reader);
    throw unexpected(reader, 'in numeric literal');
  }
  const next = reader.text[reader.at];
  if (next !== '.' && next !== 'e' && next !== 'E') return reader.at;
  advance(reader);
  throw unexpected(reader, next === '.' ? 'after decimal point in numeric literal' : 'in exponent of numeric literal');
}

function readLiteral(reader: Reader, literal: string): number {
  for (const letter of literal) {
    if (reader.text[reader.at] !== letter) throw unexpected(reader, `in literal ${literal} (expecting '${letter}')`);
    advance(reader);
  }
  return reader.at;
}

function take(reader: Reader, pattern: RegExp): boolean {
  pattern.lastIndex = reader.at;
  const length = pattern.exec(reader.text)?.[0].length;
  reader.at += length ?? 0;
  return length !== undefined;
}

function advance(reader: Reader): number {
  reader.at += 1;
  return reader.at;
}

function skipSpace(reader: Reader): number {
  while (isSpace(reader.text[reader.at])) reader.at += 1;
  return reader.at;
}

function isSpace(letter: string | undefined): boolean {
  return letter === ' ' || letter === '\n' || letter === '\t' || letter === '\r';
}

function isDigit(letter: string | undefined): boolean {
  return letter !== undefined && letter >= '0' && letter <= '9';
}

function unexpected({ text, at }: Reader, where: string): JsonTextProblem {
  const letter = text[at];
  if (letter === undefined) return new JsonTextProblem('unexpected end of JSON input');
  const quoted = letter === "'" ? "'\\''" : letter === '"' ? `'"'` : `'${JSON.stringify(letter).slice(1, -1)}'`;
  return new JsonTextProblem(`invalid character ${quoted} ${where}`);
}

/** Anything at all, of which only the fields that occur twice are told. */
export const freeform: MapSchema = { kind: 'map', values: anything, atomic: false, goType: '' };
freeform.values = freeform;

const operation: Field = {
  name: '',
  type: anything,
  required: false,
  nullable: true,
  empty: 'kept',
  proto: [],
  within: [],
  patchStrategy: [],
};

export const patchOperations: ListSchema = {
  kind: 'list',
  listType: 'atomic',
  keys: [],
  goType: '',
  items: {
    kind: 'object',
    name: '',
    fields: new Map(['op', 'path', 'from', 'value'].map(name => [name, { ...operation, name }])),
    atomic: false,
    keepsUnknown: false,
    embedded: false,
    goType: '',
  },
};
