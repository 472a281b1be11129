import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StrategicPatchProblem, strategicMergePatch } from '../../../../src/simulation/api/patch/strategic.ts';

const name = fc.stringMatching(/^[a-e]$/);
const named = fc.uniqueArray(fc.record({ name, image: fc.stringMatching(/^[x-z]{1,3}$/) }), {
  selector: item => item.name,
});
const podLike = fc.record({
  containers: named,
  env: named,
  finalizers: fc.uniqueArray(name),
  labels: fc.dictionary(name, name),
});

test('an empty patch, and the object itself as a patch, change nothing', () => {
  fc.assert(
    fc.property(podLike, object => {
      expect(strategicMergePatch(object, {})).toEqual(object);
      expect(strategicMergePatch(object, object)).toEqual(object);
    }),
  );
});

test('patching twice is patching once', () => {
  fc.assert(
    fc.property(podLike, podLike, (object, patch) => {
      const once = strategicMergePatch(object, patch);
      expect(strategicMergePatch(once, patch)).toEqual(once);
    }),
  );
});

test('items are merged by their key: none is lost, each named one takes what the patch says', () => {
  fc.assert(
    fc.property(named, named, (before, changes) => {
      const { containers } = strategicMergePatch({ containers: before }, { containers: changes }) as {
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
      const added = strategicMergePatch({ containers: before }, { containers: [{ name: 'new', image: 'x' }] });
      const gone = strategicMergePatch(added, { containers: [{ name: 'new', $patch: 'delete' }] });
      expect(gone).toEqual({ containers: before });
    }),
  );
});

test('directives: replace, delete, retain, order, and values taken from a list', () => {
  const object = {
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } },
    containers: [
      { name: 'a', image: 'x' },
      { name: 'b', image: 'y' },
    ],
    finalizers: ['one', 'two'],
    labels: { keep: 'no', other: 'no' },
  };
  const patched = strategicMergePatch(object, {
    strategy: { $retainKeys: ['type'], type: 'Recreate' },
    '$setElementOrder/containers': [{ name: 'c' }, { name: 'b' }, { name: 'a' }],
    containers: [
      { name: 'c', image: 'z' },
      { name: 'b', image: 'new' },
    ],
    '$deleteFromPrimitiveList/finalizers': ['one'],
    labels: { $patch: 'replace', only: 'yes' },
  });
  expect(patched).toEqual({
    strategy: { type: 'Recreate' },
    containers: [
      { name: 'c', image: 'z' },
      { name: 'b', image: 'new' },
      { name: 'a', image: 'x' },
    ],
    finalizers: ['two'],
    labels: { only: 'yes' },
  });
  const replaced = strategicMergePatch(object, { containers: [{ $patch: 'replace' }, { name: 'only', image: 'o' }] });
  expect(replaced).toMatchObject({ containers: [{ name: 'only', image: 'o' }] });
});

test('ports go by containerPort in a container, and by port in a service', () => {
  const container = { ports: [{ containerPort: 80, name: 'http' }] };
  expect(strategicMergePatch(container, { ports: [{ containerPort: 80, protocol: 'TCP' }] })).toEqual({
    ports: [{ containerPort: 80, name: 'http', protocol: 'TCP' }],
  });
  const service = { ports: [{ port: 80, targetPort: 8080 }] };
  expect(strategicMergePatch(service, { ports: [{ port: 80, targetPort: 9090 }, { port: 81 }] })).toEqual({
    ports: [{ port: 80, targetPort: 9090 }, { port: 81 }],
  });
});

test('lists that are not merged by a key are replaced', () => {
  expect(strategicMergePatch({ args: ['a', 'b'] }, { args: ['c'] })).toEqual({ args: ['c'] });
  expect(strategicMergePatch({ tolerations: [{ key: 'a' }] }, { tolerations: [{ key: 'b' }] })).toEqual({
    tolerations: [{ key: 'b' }],
  });
});

test.each([
  ['an item without its key', { containers: [{ image: 'x' }] }],
  ['an unknown directive', { labels: { $patch: 'invent' } }],
  ['a patch that is no object', [1]],
])('refuses %s', (_what, patch) => {
  expect(() => strategicMergePatch({ containers: [{ name: 'a' }], labels: {} }, patch)).toThrow(StrategicPatchProblem);
});
