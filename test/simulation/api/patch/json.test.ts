import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clone } from '../../../../src/simulation/api/json.ts';
import { JsonPatchProblem, jsonPatch } from '../../../../src/simulation/api/patch/json.ts';
import { plainJson } from './arbitrary.ts';

const document = fc.dictionary(fc.stringMatching(/^[a-z/~]{1,4}$/), plainJson(2));
const value = plainJson(1);

function pathTo(key: string): string {
  return `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

test('a patch and then its inverse give back the document', () => {
  fc.assert(
    fc.property(document, fc.stringMatching(/^[a-z/~]{1,4}$/), value, (before, key, added) => {
      const path = pathTo(key);
      const existed = Object.hasOwn(before, key);
      const inverse = existed ? { op: 'replace', path, value: before[key] } : { op: 'remove', path };
      const after = jsonPatch(before, [{ op: 'add', path, value: added }]);
      expect(after).toMatchObject({ [key]: added });
      expect(jsonPatch(after, [inverse])).toEqual(before);
    }),
  );
});

test('what a patch removed can be put back, in lists too', () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1 }), fc.nat(), (list, seed) => {
      const index = seed % list.length;
      const without = jsonPatch({ list }, [{ op: 'remove', path: `/list/${index}` }]);
      expect(jsonPatch(without, [{ op: 'add', path: `/list/${index}`, value: list[index] }])).toEqual({ list });
    }),
  );
});

test('moving there and back, or copying and removing, changes nothing', () => {
  fc.assert(
    fc.property(document, value, (rest, moved) => {
      const before = { ...rest, FROM: moved };
      const there = { op: 'move', from: '/FROM', path: '/TO' };
      const back = { op: 'move', from: '/TO', path: '/FROM' };
      expect(jsonPatch(before, [there, back])).toEqual(before);
      expect(
        jsonPatch(before, [
          { op: 'copy', from: '/FROM', path: '/TO' },
          { op: 'remove', path: '/TO' },
        ]),
      ).toEqual(before);
    }),
  );
});

test('a patch that fails in the middle has changed nothing', () => {
  const before = { a: 1, list: [1, 2] };
  const kept = clone(before);
  const operations = [
    { op: 'replace', path: '/a', value: 2 },
    { op: 'test', path: '/list/0', value: 9 },
  ];
  expect(() => jsonPatch(before, operations)).toThrow(JsonPatchProblem);
  expect(before).toEqual(kept);
});

test.each([
  ['an unknown operation', [{ op: 'invent', path: '/a' }], false],
  ['an operation that is none', [1], true],
  ['no list', { op: 'add' }, true],
  ['an operation without a path', [{ op: 'remove' }], false],
  ['a path that does not start with a slash', [{ op: 'remove', path: 'a' }], false],
  ['the removal of nothing', [{ op: 'remove', path: '/b' }], false],
  ['the replacement of an item that is not there', [{ op: 'replace', path: '/list/2', value: 1 }], false],
  ['an addition below nothing', [{ op: 'add', path: '/b/c', value: 1 }], false],
  ['an index beyond the list', [{ op: 'add', path: '/list/3', value: 1 }], false],
  ['an index with a leading zero', [{ op: 'remove', path: '/list/01' }], false],
  ['a move into itself', [{ op: 'move', from: '/list', path: '/list/0' }], false],
])('refuses %s', (_what, patch, malformed) => {
  const problem = (() => {
    try {
      return jsonPatch({ a: 1, list: [1, 2] }, patch);
    } catch (error) {
      return error;
    }
  })();
  expect(problem).toBeInstanceOf(JsonPatchProblem);
  expect(problem).toMatchObject({ malformed });
});

test('adds a field when it should replace one that is not there, as a real server does', () => {
  expect(jsonPatch({ a: 1 }, [{ op: 'replace', path: '/b', value: 2 }])).toEqual({ a: 1, b: 2 });
});

test('adds at the end of a list with "-"', () => {
  expect(jsonPatch({ list: [1] }, [{ op: 'add', path: '/list/-', value: 2 }])).toEqual({ list: [1, 2] });
});
