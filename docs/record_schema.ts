import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isRecord } from '../src/lib/json.ts';

/**
 * Writes src/simulation/api/schema/kubernetes-1.36.json: the facts about the types of Kubernetes that the embedded API
 * goes by, from the OpenAPI documents and the Go types that the project publishes. Needs Go and its module registry.
 * decode_types.ts, which reads the file, says how it is written.
 */
const modules = {
  kubernetes: 'k8s.io/kubernetes@v1.36.3',
  api: 'k8s.io/api@v0.36.3',
  apimachinery: 'k8s.io/apimachinery@v0.36.3',
  extensions: 'k8s.io/apiextensions-apiserver@v0.36.3',
  metrics: 'k8s.io/metrics@v0.36.3',
};

/** Where a package of OpenAPI names lies in the Go modules. */
const packages: Readonly<Record<string, readonly [keyof typeof modules, string]>> = {
  'io.k8s.apimachinery.pkg.apis.meta.v1': ['apimachinery', 'pkg/apis/meta/v1'],
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1': ['extensions', 'pkg/apis/apiextensions/v1'],
  'io.k8s.metrics.pkg.apis.metrics.v1beta1': ['metrics', 'pkg/apis/metrics/v1beta1'],
  ...Object.fromEntries(
    [
      'admissionregistration/v1',
      'apps/v1',
      'authentication/v1',
      'authorization/v1',
      'autoscaling/v1',
      'autoscaling/v2',
      'batch/v1',
      'coordination/v1',
      'core/v1',
      'discovery/v1',
      'events/v1',
      'networking/v1',
      'node/v1',
      'policy/v1',
      'rbac/v1',
      'scheduling/v1',
      'storage/v1',
    ].map(path => [`io.k8s.api.${path.replace('/', '.')}`, ['api', path] as const]),
  ),
};

/** Types that are written in a way of their own. */
const special: Readonly<Record<string, string>> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'quantity',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Duration': 'duration',
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': 'any',
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': 'microTime',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 'time',
  'io.k8s.apimachinery.pkg.runtime.RawExtension': 'any',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'intOrString',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON': 'any',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray': 'schemaOrArray',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool': 'schemaOrBool',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray': 'schemaOrStrings',
};

/** The metrics server has its own document, which nobody publishes; these are its types. */
const usage = { additionalProperties: ref('io.k8s.apimachinery.pkg.api.resource.Quantity') };
const window = {
  metadata: ref('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'),
  timestamp: ref('io.k8s.apimachinery.pkg.apis.meta.v1.Time'),
  window: ref('io.k8s.apimachinery.pkg.apis.meta.v1.Duration'),
};
const metricsPackage = 'io.k8s.metrics.pkg.apis.metrics.v1beta1';
const metricsKind = (kind: string) => [{ group: 'metrics.k8s.io', version: 'v1beta1', kind }];
const typeMeta = { apiVersion: { type: 'string' }, kind: { type: 'string' } };
const metricsTypes: Record<string, OpenApi> = {
  [`${metricsPackage}.NodeMetrics`]: {
    properties: { ...typeMeta, ...window, usage },
    required: ['timestamp', 'usage', 'window'],
    'x-kubernetes-group-version-kind': metricsKind('NodeMetrics'),
  },
  [`${metricsPackage}.PodMetrics`]: {
    properties: { ...typeMeta, ...window, containers: { items: ref(`${metricsPackage}.ContainerMetrics`) } },
    required: ['containers', 'timestamp', 'window'],
    'x-kubernetes-group-version-kind': metricsKind('PodMetrics'),
  },
  [`${metricsPackage}.ContainerMetrics`]: {
    properties: { name: { type: 'string' }, usage },
    required: ['name', 'usage'],
  },
};

interface OpenApi {
  $ref?: string;
  allOf?: OpenApi[];
  type?: string;
  format?: string;
  items?: OpenApi;
  additionalProperties?: OpenApi;
  properties?: Record<string, OpenApi>;
  required?: string[];
  default?: unknown;
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-map-type'?: string;
  'x-kubernetes-patch-strategy'?: string;
  'x-kubernetes-patch-merge-key'?: string;
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[];
}

interface GoField {
  json: string;
  type: string;
  number: string | undefined;
  inline: boolean;
  pointer: boolean;
  options: string;
  within: readonly string[];
}

function ref(name: string): OpenApi {
  return { $ref: `#/components/schemas/${name}` };
}

function moduleFolder(name: keyof typeof modules): string {
  const told = execFileSync('go', ['mod', 'download', '-json', modules[name]], { encoding: 'utf8', cwd: '/' });
  const { Dir } = JSON.parse(told) as { Dir: string };
  return Dir;
}

function publishedTypes(): Record<string, OpenApi> {
  const folder = join(moduleFolder('kubernetes'), 'api/openapi-spec/v3');
  const all: Record<string, OpenApi> = { ...metricsTypes };
  for (const file of globSync('*.json', { cwd: folder }).sort()) {
    const document = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
      components?: { schemas?: Record<string, OpenApi> };
    };
    Object.assign(all, document.components?.schemas);
  }
  return all;
}

function goTypes(name: string): Map<string, GoField[]> {
  const [module, path] = packages[name]!;
  const folder = join(moduleFolder(module), path);
  const structs = new Map<string, GoField[]>();
  for (const file of globSync('*types*.go', { cwd: folder }).filter(file => !file.startsWith('zz_'))) {
    for (const [, type, body] of readFileSync(join(folder, file), 'utf8').matchAll(
      /^type (\w+) struct \{\n(.*?)^\}/gms,
    )) {
      structs.set(type!, body!.split('\n').flatMap(goField));
    }
  }
  return structs;
}

function goField(line: string): GoField[] {
  const [, type, tags] = /^\t(?:\w+ +)?([\w.*[\]]+) +`(.*)`/.exec(line) ?? [];
  const [, json = '', options = ''] = /json:"([^",]*)(,[^"]*)?"/.exec(tags ?? '') ?? [];
  const [, number] = /protobuf:"\w+,(\d+)/.exec(tags ?? '') ?? [];
  if (type === undefined) return [];
  const pointer = type.startsWith('*');
  return [
    { json, type: type.replaceAll('*', ''), number, inline: options.includes('inline'), pointer, options, within: [] },
  ];
}

const published = publishedTypes();
const structs = new Map(Object.keys(packages).map(name => [name, goTypes(name)]));

function split(name: string): [string, string] {
  const dot = name.lastIndexOf('.');
  return [name.slice(0, dot), name.slice(dot + 1)];
}

/** `core.v1.Pod`: the package's group and version are enough to tell types apart. */
function short(name: string): string {
  return name.split('.').slice(-3).join('.');
}

/** A field's place in protobuf (`2.5` where Go embeds a struct), and its Go type. */
function goFieldOf(structsOf: Map<string, GoField[]>, type: string, json: string): GoField | undefined {
  for (const field of structsOf.get(type) ?? []) {
    if (!field.inline && field.json === json) return field;
    const inner = field.inline ? goFieldOf(structsOf, field.type, json) : undefined;
    if (inner) {
      const within = [field.type, ...inner.within];
      return { ...inner, number: field.number && `${field.number}.${inner.number}`, within };
    }
  }
  return undefined;
}

/** Whether Go writes a field that nobody set (`+`), keeps one that is empty (`*`, a pointer), or drops it (nothing). */
function zeroMark(type: string, { pointer, options }: GoField): string {
  if (pointer || type === 'any') return '*';
  if (options.includes('omitzero')) return '';
  if (['quantity', 'time', 'microTime'].includes(type) || /^[a-z]\w+\.v\d/.test(type)) return '+';
  return options.includes('omitempty') ? '' : '+';
}

function typeText(property: OpenApi, goType: string): string {
  const target = (property.$ref ?? property.allOf?.[0]?.$ref)?.split('/').at(-1);
  if (target !== undefined) return special[target] ?? short(target);
  if (property.items) return `[]${typeText(property.items, goType.replace(/^\[\]/, ''))}`;
  if (property.additionalProperties)
    return `{}${typeText(property.additionalProperties, goType.replace(/^map\[.*?\]/, ''))}`;
  if (property.format === 'byte') return 'bytes';
  if (property.type === 'integer') return property.format ?? 'int64';
  if (property.type === 'number') return 'double';
  if (property.type === 'boolean') return 'boolean';
  if (property.type !== 'string') throw new Error(`expected a type that is known, got ${JSON.stringify(property)}`);
  return ['string', 'ExtraValue'].includes(goType) ? 'string' : `string:${qualified(goType)}`;
}

/** Go says the package of a type by its last name: `v1.PodPhase`, `types.UID`. */
function qualified(goType: string): string {
  const [name, alias] = goType.split('.').reverse();
  return alias === undefined ? `v1.${name}` : `${/v\d\w*$/.exec(alias)?.[0] ?? alias}.${name}`;
}

function fieldText(owner: string, name: string, property: OpenApi, required: boolean): string {
  const [packageName, typeName] = split(owner);
  const field = goFieldOf(structs.get(packageName)!, typeName, name);
  if (!field && !['apiVersion', 'kind'].includes(name)) throw new Error(`expected ${owner}.${name} among the Go types`);
  const strategies = (property['x-kubernetes-patch-strategy'] ?? '').split(',').filter(Boolean);
  const key = property['x-kubernetes-patch-merge-key'];
  const keys = property['x-kubernetes-list-map-keys'];
  const kind = property['x-kubernetes-list-type'] ?? property['x-kubernetes-map-type'] ?? '';
  const says = !['', 0, false, undefined].includes(property.default as string) && !isRecord(property.default);
  const type = typeText(property, field?.type ?? 'string');
  return [
    `${field?.number ?? '-'}${required ? '!' : ''}${field ? zeroMark(type, field) : ''}`,
    type,
    kind === 'map' ? `map=${keys!.join(',')}` : kind === 'atomic' && property.items ? '' : kind,
    ...strategies.map(strategy => (strategy === 'merge' && key !== undefined ? `merge=${key}` : strategy)),
    field?.number && field.within.length > 0 ? `in=${field.within.join('.')}` : '',
    says ? `default=${JSON.stringify(property.default)}` : '',
  ]
    .filter(Boolean)
    .join(' ');
}

function typeLine(name: string): Record<string, string> {
  const { properties = {}, required = [], 'x-kubernetes-map-type': mapType } = published[name]!;
  return {
    ...(mapType === 'atomic' ? { '': 'atomic' } : {}),
    ...Object.fromEntries(
      Object.keys(properties)
        .sort()
        .map(field => [field, fieldText(name, field, properties[field]!, required.includes(field))]),
    ),
  };
}

/** Kinds that are objects of their own: no lists, which are the same for all. */
function kinds(): [string, string][] {
  const found: [string, string][] = [];
  for (const [name, type] of Object.entries(published)) {
    if (!Object.hasOwn(packages, split(name)[0]) || /List$|WatchEvent|^.*\.meta\.v1\.API/.test(name)) continue;
    const said = type['x-kubernetes-group-version-kind'] ?? [];
    const own = said.length > 1 ? said.filter(({ group }) => group === '') : said;
    for (const { group, version, kind } of own) found.push([`${group}/${version}/${kind}`, name]);
  }
  return found.sort(([a], [b]) => (a < b ? -1 : 1));
}

function reachable(roots: readonly string[]): string[] {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) visit(item);
    if (!isRecord(value)) return;
    const target = typeof value['$ref'] === 'string' ? value['$ref'].split('/').at(-1)! : undefined;
    if (target !== undefined) add(target);
    for (const inner of Object.values(value)) visit(inner);
  };
  const add = (name: string) => {
    if (found.has(name) || special[name] !== undefined) return;
    found.add(name);
    visit(published[name]?.properties);
  };
  for (const root of roots) add(root);
  return [...found].sort();
}

function lines(entries: readonly (readonly [string, unknown])[]): string {
  return entries.map(([key, value]) => `    ${JSON.stringify(key)}: ${JSON.stringify(value)}`).join(',\n');
}

const roots = kinds();
const types = reachable(roots.map(([, name]) => name));
const prefixes = [...new Set(types.map(name => split(name)[0]))].map(
  name => [short(`${name}.X`).slice(0, -2), name] as const,
);
const sections = {
  packages: prefixes,
  kinds: roots.map(([gvk, name]) => [gvk, short(name)] as const),
  types: types.map(name => [short(name), typeLine(name)] as const),
};
const text = Object.entries(sections).map(([name, entries]) => `  "${name}": {\n${lines(entries)}\n  }`);
const path = resolve(import.meta.dirname, '../src/simulation/api/schema/kubernetes-1.36.json');
writeFileSync(path, `{\n${text.join(',\n')}\n}\n`);
console.log(`${path}: ${roots.length} kinds, ${types.length} types`);
