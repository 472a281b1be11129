import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  difference,
  type FieldSet,
  has,
  intersection,
  noFields,
  pathsIn,
  setOfPath,
  union,
  without,
} from '../../../../src/simulation/api/managed_fields/field_set.ts';
import { testServer } from '../fixtures.ts';

const path = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 });
const paths = fc.array(path, { maxLength: 6 });

function setOf(given: readonly string[][]): FieldSet {
  return given.reduce((set, one) => union(set, setOfPath(...one)), noFields);
}

function texts(set: FieldSet): string[] {
  return pathsIn(set)
    .map(steps => steps.join('.'))
    .sort();
}

test('sets of fields are sets of paths', () => {
  const property = fc.property(paths, paths, (left, right) => {
    const [a, b] = [setOf(left), setOf(right)];
    const [inA, inB] = [texts(a), texts(b)];
    expect(texts(union(a, b))).toEqual([...new Set([...inA, ...inB])].sort());
    expect(texts(intersection(a, b))).toEqual(inA.filter(text => inB.includes(text)));
    expect(texts(difference(a, b))).toEqual(inA.filter(text => !inB.includes(text)));
    expect(texts(union(a, b))).toEqual(texts(union(b, a)));
    const isBelow = (text: string) => inB.some(other => text === other || text.startsWith(`${other}.`));
    expect(texts(without(a, b))).toEqual(inA.filter(text => !isBelow(text)));
    for (const steps of pathsIn(a)) expect(has(a, steps)).toBe(true);
  });
  fc.assert(property);
});

const key = fc.constantFrom('k1', 'k2', 'k3', 'k4');
const data = fc.dictionary(key, fc.constantFrom('x', 'y', 'z'));
const application = fc.record({ manager: fc.constantFrom('a', 'b', 'c'), data });

/** Who wants which value of a key. */
type Wanted = Map<string, { value: string; owners: Set<string> }>;

function applied(before: Wanted, manager: string, config: Readonly<Record<string, string>>): Wanted {
  const after: Wanted = new Map();
  for (const [name, { value, owners }] of before) {
    const rest = new Set(owners);
    rest.delete(manager);
    if (rest.size > 0) after.set(name, { value, owners: rest });
  }
  for (const [name, value] of Object.entries(config)) {
    const known = after.get(name);
    const owners = known?.value === value ? new Set([...known.owners, manager]) : new Set([manager]);
    after.set(name, { value, owners });
  }
  return after;
}

test('whoever applies by force, every key is there as long as somebody wants it, with the value of the last', async () => {
  const property = fc.asyncProperty(fc.array(application, { minLength: 1, maxLength: 8 }), async steps => {
    const { server } = testServer();
    let wanted: Wanted = new Map();
    for (const { manager, data: config } of steps) {
      const client = server.client({ manager });
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: config };
      const target = { resource: 'configmaps', name: 'c', namespace: 'default' };
      const apply = () => client.patch(target, { type: 'apply', body, force: true });
      const object = (await apply()) as { data?: Record<string, string>; metadata: object };
      wanted = applied(wanted, manager, config);
      expect(object.data ?? {}).toEqual(Object.fromEntries([...wanted].map(([name, { value }]) => [name, value])));
      expect((await apply()).metadata.resourceVersion).toBe(
        (object.metadata as { resourceVersion: string }).resourceVersion,
      );
    }
  });
  await fc.assert(property, { numRuns: 60 });
});
