import recorded from './kubernetes-1.36.json' with { type: 'json' };
import {
  type AnySchema,
  anything,
  type Field,
  type GroupVersionKind,
  type ListSchema,
  type ObjectSchema,
  type ScalarType,
  type Schema,
} from './schema.ts';

/**
 * The types that the file holds, one a line: `field: "NUMBER[!][+|*] TYPE [MODIFIER…]"`. `!` is required, `+` is written
 * when nobody set it, `*` is kept when it is empty. `[]` before a type makes a list of it and `{}` a map; after `string:`
 * stands its name in Go. Modifiers are the list type (none is atomic), what strategic merge patch does, and the structs
 * that Go embeds around the field.
 * `npm run record:types` makes the file (docs/record_schema.ts).
 */
const kinds: Readonly<Record<string, string>> = recorded.kinds;
const types: Readonly<Record<string, Readonly<Record<string, string>>>> = recorded.types;
const packages: Readonly<Record<string, string>> = recorded.packages;

const built = new Map<string, ObjectSchema>();

/** The type of a kind that Kubernetes 1.36 has; every call gives the same object. */
export function schemaOf({ group, version, kind }: GroupVersionKind): ObjectSchema | undefined {
  const gvk = `${group}/${version}/${kind}`;
  const name = Object.hasOwn(kinds, gvk) ? kinds[gvk] : undefined;
  return name === undefined ? undefined : typeNamed(name);
}

function typeNamed(name: string): ObjectSchema {
  const known = built.get(name);
  if (known) return known;
  const { '': mark, ...lines } = types[name] ?? {};
  const dot = name.lastIndexOf('.');
  const fields = new Map<string, Field>();
  const schema: ObjectSchema = {
    kind: 'object',
    name: `${packages[name.slice(0, dot)]}${name.slice(dot)}`,
    fields,
    atomic: mark === 'atomic',
    keepsUnknown: false,
    embedded: false,
    goType: name.split('.').slice(-2).join('.'),
  };
  built.set(name, schema);
  for (const [field, line] of Object.entries(lines)) fields.set(field, fieldFrom(field, line));
  return schema;
}

function fieldFrom(name: string, line: string): Field {
  const [place = '', type = '', ...modifiers] = line.split(' ');
  const numbers = /^[\d.]+/.exec(place)?.[0];
  const modifierValue = (modifier: string) =>
    modifiers.find(given => given.startsWith(`${modifier}=`))?.slice(modifier.length + 1);
  const strategies = modifiers.map(modifier => modifier.split('=')[0]);
  const mergeKey = modifierValue('merge');
  const fallback = modifierValue('default');
  return {
    name,
    type: withModifiers(typeFrom(type), modifiers),
    required: place.includes('!'),
    nullable: false,
    empty: place.includes('+') ? 'written' : place.includes('*') ? 'kept' : 'dropped',
    proto: numbers === undefined ? [] : numbers.split('.').map(Number),
    patchStrategy: (['merge', 'replace', 'retainKeys'] as const).filter(strategy => strategies.includes(strategy)),
    within: modifierValue('in')?.split('.') ?? [],
    ...(mergeKey === undefined ? {} : { mergeKey }),
    ...(fallback === undefined ? {} : { default: JSON.parse(fallback) as unknown }),
  };
}

const forms: Readonly<Record<string, AnySchema>> = {
  any: anything,
  schemaOrArray: { kind: 'any', form: 'schemaOrArray' },
  schemaOrBool: { kind: 'any', form: 'schemaOrBool' },
  schemaOrStrings: { kind: 'any', form: 'schemaOrStrings' },
};

const goNames: Readonly<Record<ScalarType, string>> = {
  string: 'string',
  boolean: 'bool',
  int32: 'int32',
  int64: 'int64',
  double: 'float64',
  quantity: 'resource.Quantity',
  intOrString: 'intstr.IntOrString',
  time: 'v1.Time',
  microTime: 'v1.MicroTime',
  duration: 'v1.Duration',
  bytes: '[]uint8',
};

function typeFrom(text: string): Schema {
  if (text.startsWith('[]')) {
    const items = typeFrom(text.slice(2));
    return { kind: 'list', items, listType: 'atomic', keys: [], goType: `[]${goTypeOf(items)}` };
  }
  if (text.startsWith('{}')) {
    const values = typeFrom(text.slice(2));
    return { kind: 'map', values, atomic: false, goType: goMapOf(values) };
  }
  const [type = '', goType] = text.split(':');
  if (type.includes('.')) return typeNamed(type);
  const scalar = type as ScalarType;
  return forms[type] ?? { kind: 'scalar', type: scalar, goType: goType ?? goNames[scalar] };
}

/** All maps of quantities are of the one type that Go has for them. */
function goMapOf(values: Schema): string {
  return values.kind === 'scalar' && values.type === 'quantity' ? 'v1.ResourceList' : `map[string]${goTypeOf(values)}`;
}

export function goTypeOf(schema: Schema): string {
  return schema.kind === 'any' ? 'runtime.RawExtension' : schema.goType;
}

function withModifiers(type: Schema, modifiers: readonly string[]): Schema {
  if (type.kind === 'list') return { ...type, ...listTypeFrom(modifiers) };
  if (type.kind !== 'map' && type.kind !== 'object') return type;
  if (modifiers.includes('atomic')) return { ...type, atomic: true };
  return modifiers.includes('granular') ? { ...type, atomic: false } : type;
}

function listTypeFrom(modifiers: readonly string[]): Pick<ListSchema, 'listType' | 'keys'> {
  const keys = modifiers.find(modifier => modifier.startsWith('map='))?.slice('map='.length);
  if (keys !== undefined) return { listType: 'map', keys: keys.split(',') };
  return { listType: modifiers.includes('set') ? 'set' : 'atomic', keys: [] };
}

export function metadataSchema(name: 'ObjectMeta' | 'ListMeta' = 'ObjectMeta'): ObjectSchema {
  return typeNamed(`meta.v1.${name}`);
}

export function jsonSchemaProps(): ObjectSchema {
  return typeNamed('apiextensions.v1.JSONSchemaProps');
}
