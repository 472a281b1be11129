import {
  apply,
  asTable,
  del,
  get,
  jsonPatch,
  merge,
  type Operation,
  operation,
  post,
  put,
  story,
  strategic,
  watch,
} from '../operation.ts';
import { definitions } from '../places.ts';

type Fields = Record<string, unknown>;
const plural = 'things';
const group = '{ns}.example.com';
const schema = (more: Fields = {}): Fields => ({
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', minimum: 1, maximum: 9 },
        colour: { type: 'string', enum: ['red', 'blue'], default: 'red' },
        tags: { type: 'array', items: { type: 'string' }, maxItems: 2 },
        name: { type: 'string', pattern: '^[a-z]+$', maxLength: 5 },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        either: { 'x-kubernetes-int-or-string': true },
        parts: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['id'],
          items: {
            type: 'object',
            required: ['id'],
            properties: { id: { type: 'string' }, value: { type: 'integer' } },
          },
        },
      },
    },
    status: { type: 'object', properties: { replicas: { type: 'integer' }, phase: { type: 'string' } } },
    ...more,
  },
});
const version = (more: Fields = {}): Fields => ({
  name: 'v1',
  served: true,
  storage: true,
  schema: { openAPIV3Schema: schema() },
  ...more,
});
const definition = (more: Fields = {}, versions: Fields[] = [version()]): Fields => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { plural, singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
    versions,
    ...more,
  },
});
const thing = (name: string, spec: Fields = { size: 3 }, more: Fields = {}): Fields => ({
  apiVersion: `${group}/v1`,
  kind: 'Thing',
  metadata: { name },
  spec,
  ...more,
});
const at = (name?: string, subresource?: string) =>
  [`/apis/${group}/v1/namespaces/{ns}/${plural}`, name, subresource].filter(part => part !== undefined).join('/');
const definedWith = (more: Fields) => [post(definitions(), definition({}, [version(more)])), established];
/** The server takes a moment until it serves a new kind: this waits for it as a client would. */
const established = { ...get(at()), until: 200 };
const defined = definedWith({});
const both = {
  subresources: { status: {}, scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.replicas' } },
};

const operations: readonly Operation[] = [
  operation('custom: a definition', post(definitions(), definition())),
  operation('custom: then the definition', ...defined, get(definitions(`${plural}.${group}`))),
  operation(
    'custom: a definition of another name',
    post(definitions(), { ...definition(), metadata: { name: 'things' } }),
  ),
  operation(
    'custom: a definition without a schema',
    post(definitions(), definition({}, [{ name: 'v1', served: true, storage: true }])),
  ),
  operation(
    'custom: a definition that stores nothing',
    post(definitions(), definition({}, [version({ storage: false })])),
  ),
  operation(
    'custom: a schema that is none',
    post(definitions(), definition({}, [version({ schema: { openAPIV3Schema: { type: 'thing' } } })])),
  ),
  operation('custom: its group is discovered', ...defined, get(`/apis/${group}`)),
  operation('custom: its resources are discovered', ...definedWith(both), get(`/apis/${group}/v1`)),
  operation('custom: an object', ...defined, post(at(), thing('a'))),
  operation('custom: read', ...defined, post(at(), thing('a')), get(at('a'))),
  operation('custom: a list', ...defined, post(at(), thing('a')), post(at(), thing('b')), get(at())),
  operation('custom: an empty list', ...defined, get(at())),
  operation('custom: what is not there', ...defined, get(at('none'))),
  operation('custom: a group that is not there', get('/apis/none.example.com/v1/things')),
  operation('custom: a table', ...defined, post(at(), thing('a')), get(at(), { accept: asTable })),
  operation(
    'custom: a table with columns',
    ...definedWith({
      additionalPrinterColumns: [
        { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
        { name: 'Colour', type: 'string', jsonPath: '.spec.colour', priority: 1 },
      ],
    }),
    post(at(), thing('a')),
    get(at(), { accept: asTable }),
  ),
  operation(
    'custom: unknown fields are dropped',
    ...defined,
    post(at(), thing('a', { size: 1, surplus: 2, free: { any: 'thing' } })),
  ),
  operation(
    'custom: unknown fields refused',
    ...defined,
    post(`${at()}?fieldValidation=Strict`, thing('a', { size: 1, surplus: 2 })),
  ),
  operation(
    'custom: unknown fields with a warning',
    ...defined,
    post(`${at()}?fieldValidation=Warn`, thing('a', { size: 1, surplus: 2 })),
  ),
  operation('custom: a value too large', ...defined, post(at(), thing('a', { size: 10 }))),
  operation('custom: a value nobody knows', ...defined, post(at(), thing('a', { size: 1, colour: 'green' }))),
  operation('custom: too many', ...defined, post(at(), thing('a', { size: 1, tags: ['a', 'b', 'c'] }))),
  operation('custom: a text that does not fit', ...defined, post(at(), thing('a', { size: 1, name: 'U C' }))),
  operation('custom: a text too long', ...defined, post(at(), thing('a', { size: 1, name: 'abcdefg' }))),
  operation('custom: a required value is not there', ...defined, post(at(), thing('a', {}))),
  operation('custom: a type that does not fit', ...defined, post(at(), thing('a', { size: 'large' }))),
  operation('custom: a number or a text', ...defined, post(at(), thing('a', { size: 1, either: '50%' }))),
  operation(
    'custom: two parts of one id',
    ...defined,
    post(at(), thing('a', { size: 1, parts: [{ id: 'x' }, { id: 'x' }] })),
  ),
  operation('custom: of another kind', ...defined, post(at(), { ...thing('a'), kind: 'Other' })),
  operation('custom: without kind and version', ...defined, post(at(), { metadata: { name: 'a' }, spec: { size: 1 } })),
  operation('custom: twice', ...defined, post(at(), thing('a')), post(at(), thing('a'))),
  story(
    'custom: updates count',
    ...defined,
    post(at(), thing('a'), { save: { version: 'metadata.resourceVersion' } }),
    put(at('a'), { ...thing('a', { size: 4 }), metadata: { name: 'a', resourceVersion: '{version}' } }),
  ),
  operation(
    'custom: an update without a version',
    ...defined,
    post(at(), thing('a')),
    put(at('a'), thing('a', { size: 4 })),
  ),
  operation(
    'custom: merge patch',
    ...defined,
    post(at(), thing('a')),
    merge(at('a'), { spec: { size: 5, colour: null } }),
  ),
  operation(
    'custom: JSON patch',
    ...defined,
    post(at(), thing('a')),
    jsonPatch(at('a'), [{ op: 'replace', path: '/spec/size', value: 6 }]),
  ),
  operation('custom: strategic patch', ...defined, post(at(), thing('a')), strategic(at('a'), { spec: { size: 5 } })),
  operation(
    'custom: apply',
    ...defined,
    apply(`${at('a')}?fieldManager=one`, thing('a', { size: 1, parts: [{ id: 'x', value: 1 }] })),
  ),
  operation(
    'custom: apply by two',
    ...defined,
    apply(`${at('a')}?fieldManager=one`, thing('a', { size: 1, parts: [{ id: 'x', value: 1 }] })),
    apply(`${at('a')}?fieldManager=two`, thing('a', { size: 1, parts: [{ id: 'y', value: 1 }] })),
  ),
  operation(
    'custom: apply in conflict',
    ...defined,
    apply(`${at('a')}?fieldManager=one`, thing('a', { size: 1 })),
    apply(`${at('a')}?fieldManager=two`, thing('a', { size: 2 })),
  ),
  operation('custom: delete', ...defined, post(at(), thing('a')), del(at('a'))),
  operation(
    'custom: watch',
    ...defined,
    post(at(), thing('a'), { save: { version: 'metadata.resourceVersion' } }),
    watch(`${at()}?watch=1&timeoutSeconds=2&resourceVersion={version}`, 2, [
      merge(at('a'), { spec: { size: 5 } }),
      del(at('a')),
    ]),
  ),
  operation(
    'custom: a status is not taken',
    ...definedWith(both),
    post(at(), thing('a', { size: 1 }, { status: { phase: 'Done' } })),
  ),
  operation(
    'custom: a status of its own',
    ...definedWith(both),
    post(at(), thing('a')),
    merge(at('a', 'status'), { status: { phase: 'Done' }, spec: { size: 9 } }),
  ),
  operation(
    'custom: a status without the subresource',
    ...defined,
    post(at(), thing('a')),
    merge(at('a', 'status'), { status: { phase: 'Done' } }),
  ),
  operation('custom: scale', ...definedWith(both), post(at(), thing('a')), get(at('a', 'scale'))),
  operation(
    'custom: scaled',
    ...definedWith(both),
    post(at(), thing('a')),
    merge(at('a', 'scale'), { spec: { replicas: 7 } }),
  ),
  operation(
    'custom: watch from before the definition',
    ...defined,
    watch(`${at()}?watch=1&timeoutSeconds=2&resourceVersion=1`, 1),
  ),
  operation('custom: the definition goes', ...defined, post(at(), thing('a')), del(definitions(`${plural}.${group}`))),
];

/** The real server takes two seconds for the first object of a new kind. */
export const customResources = operations.map(one => ({ ...one, beside: true }));
