import fc from 'fast-check';
import { expect, test } from 'vitest';
import { strategicMergePatch } from '../../../../src/simulation/api/patch/strategic.ts';
import { StrategicPatchProblem } from '../../../../src/simulation/api/patch/strategic_problem.ts';
import { schemaOf } from '../../../../src/simulation/api/schema/kubernetes.ts';
import type { Schema } from '../../../../src/simulation/api/schema/schema.ts';

/** The type that lies at a path of field names. */
function typeAt(kind: string, ...path: string[]): Schema {
  const root = schemaOf({ group: kind === 'Deployment' ? 'apps' : '', version: 'v1', kind })!;
  return path.reduce<Schema>((type, name) => {
    const inner = type.kind === 'object' ? type.fields.get(name)!.type : type;
    return inner.kind === 'list' ? inner.items : inner;
  }, root);
}

const deploymentSpec = typeAt('Deployment', 'spec');
const podSpec = typeAt('Pod', 'spec');
const container = typeAt('Pod', 'spec', 'containers');
const meta = typeAt('Pod', 'metadata');

const name = fc.stringMatching(/^[a-e]$/);
const named = fc.uniqueArray(fc.record({ name, image: fc.stringMatching(/^[x-z]{1,3}$/) }), {
  selector: item => item.name,
});
const podLike = fc.record({
  metadata: fc.record({ finalizers: fc.uniqueArray(name), labels: fc.dictionary(name, name) }),
  spec: fc.record({ containers: named, volumes: named }),
});
const pod = typeAt('Pod');

test('an empty patch, and the object itself as a patch, change nothing', () => {
  fc.assert(
    fc.property(podLike, object => {
      expect(strategicMergePatch(object, {}, pod)).toEqual(object);
      expect(strategicMergePatch(object, object, pod)).toEqual(object);
    }),
  );
});

test('patching twice is patching once', () => {
  fc.assert(
    fc.property(podLike, podLike, (object, patch) => {
      const once = strategicMergePatch(object, patch, pod);
      expect(strategicMergePatch(once, patch, pod)).toEqual(once);
    }),
  );
});

test('items are merged by their key: none is lost, each named one takes what the patch says', () => {
  fc.assert(
    fc.property(named, named, (before, changes) => {
      const { containers } = strategicMergePatch({ containers: before }, { containers: changes }, podSpec) as {
        containers: typeof before;
      };
      const names = new Set([...before, ...changes].map(item => item.name));
      expect(new Set(containers.map(item => item.name))).toEqual(names);
      expect(containers).toHaveLength(names.size);
      for (const change of changes) expect(containers).toContainEqual(change);
    }),
  );
});

test('what is added and then deleted by its key leaves no trace', () => {
  fc.assert(
    fc.property(named, before => {
      const added = strategicMergePatch({ containers: before }, { containers: [{ name: 'new', image: 'x' }] }, podSpec);
      const gone = strategicMergePatch(added, { containers: [{ name: 'new', $patch: 'delete' }] }, podSpec);
      expect(gone).toEqual({ containers: before });
    }),
  );
});

test('directives: replace, delete, retain, order, and values taken from a list', () => {
  const patched = strategicMergePatch(
    { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } },
    { strategy: { $retainKeys: ['type'], type: 'Recreate' } },
    deploymentSpec,
  );
  expect(patched).toEqual({ strategy: { type: 'Recreate' } });
  const containers = [
    { name: 'a', image: 'x' },
    { name: 'b', image: 'y' },
  ];
  const change = {
    '$setElementOrder/containers': [{ name: 'c' }, { name: 'b' }, { name: 'a' }],
    containers: [
      { name: 'c', image: 'z' },
      { name: 'b', image: 'new' },
    ],
  };
  expect(strategicMergePatch({ containers }, change, podSpec)).toEqual({
    containers: [
      { name: 'c', image: 'z' },
      { name: 'b', image: 'new' },
      { name: 'a', image: 'x' },
    ],
  });
  const metadata = { finalizers: ['one', 'two'], labels: { keep: 'no', other: 'no' } };
  const less = { '$deleteFromPrimitiveList/finalizers': ['one'], labels: { $patch: 'replace', only: 'yes' } };
  expect(strategicMergePatch(metadata, less, meta)).toEqual({ finalizers: ['two'], labels: { only: 'yes' } });
  const replaced = { containers: [{ $patch: 'replace' }, { name: 'only', image: 'o' }] };
  expect(strategicMergePatch({ containers }, replaced, podSpec)).toEqual({
    containers: [{ name: 'only', image: 'o' }],
  });
});

test('keys come from the type at that place, not from the name of the field', () => {
  const before = { ports: [{ containerPort: 80, name: 'http' }] };
  expect(strategicMergePatch(before, { ports: [{ containerPort: 80, protocol: 'TCP' }] }, container)).toEqual({
    ports: [{ containerPort: 80, name: 'http', protocol: 'TCP' }],
  });
  const service = { ports: [{ port: 80, targetPort: 8080 }] };
  const change = { ports: [{ port: 80, targetPort: 9090 }, { port: 81 }] };
  expect(strategicMergePatch(service, change, typeAt('Service', 'spec'))).toEqual({
    ports: [{ port: 80, targetPort: 9090 }, { port: 81 }],
  });
  const subset = { ports: [{ port: 80 }] };
  expect(strategicMergePatch(subset, { ports: [{ port: 81 }] }, typeAt('Endpoints', 'subsets'))).toEqual({
    ports: [{ port: 81 }],
  });
  const conditions = { conditions: [{ type: 'Ready', status: 'True' }] };
  const ready = { conditions: [{ type: 'Ready', status: 'False' }] };
  expect(strategicMergePatch(conditions, ready, typeAt('Node', 'status'))).toEqual(ready);
});

test('a new item comes first, as a real server has it, unless the patch says where', () => {
  const before = { containers: [{ name: 'a' }, { name: 'b' }] };
  const names = (patch: object) =>
    (strategicMergePatch(before, patch, podSpec)['containers'] as { name: string }[]).map(item => item.name);
  expect(names({ containers: [{ name: 'new' }] })).toEqual(['new', 'a', 'b']);
  const order = ['a', 'b', 'new'].map(known => ({ name: known }));
  expect(names({ '$setElementOrder/containers': order, containers: [{ name: 'new' }] })).toEqual(['a', 'b', 'new']);
  expect(names({ '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] })).toEqual(['b', 'a']);
});

test('lists that are not merged by a key are replaced', () => {
  expect(strategicMergePatch({ args: ['a', 'b'] }, { args: ['c'] }, container)).toEqual({ args: ['c'] });
  expect(strategicMergePatch({ tolerations: [{ key: 'a' }] }, { tolerations: [{ key: 'b' }] }, podSpec)).toEqual({
    tolerations: [{ key: 'b' }],
  });
});

test.each([
  [
    'an item without its key',
    { containers: [{ image: 'x' }] },
    'map: map[image:x] does not contain declared merge key: name',
  ],
  [
    'an unknown directive',
    { securityContext: { $patch: 'bogus' } },
    'unknown patch type: bogus in map: map[$patch:bogus]',
  ],
  ['a patch that is no object', [1], 'expected the patch to be an object'],
  ['items of another kind', { containers: ['x'] }, 'list element types are not identical: [[map[name:a]] [x]]'],
  [
    'an order that leaves out what the patch brings',
    { '$setElementOrder/containers': [{ name: 'a' }], containers: [{ name: 'x', image: 'y' }] },
    "The order in patch list:\n[map[image:y name:x]]\n doesn't match $setElementOrder list:\n[map[name:a]]\n",
  ],
])('refuses %s', (_what, patch, message) => {
  const patching = () => strategicMergePatch({ containers: [{ name: 'a' }], securityContext: {} }, patch, podSpec);
  expect(patching).toThrow(StrategicPatchProblem);
  expect(patching).toThrow(message);
});
