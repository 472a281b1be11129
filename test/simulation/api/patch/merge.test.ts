import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRecord } from '../../../../src/lib/json.ts';
import { cloneWithoutNulls } from '../../../../src/simulation/api/json.ts';
import { mergePatch } from '../../../../src/simulation/api/patch/merge.ts';
import { plainJson } from './arbitrary.ts';

const record = fc.dictionary(fc.stringMatching(/^[a-d]$/), plainJson(3));

/** Null in a document can't survive a merge patch: there it means "take away". */
const withoutNulls = record.map(value => cloneWithoutNulls(value));

test('an empty patch changes nothing', () => {
  fc.assert(
    fc.property(record, document => {
      expect(mergePatch(document, {})).toEqual(document);
    }),
  );
});

test('patching twice is patching once', () => {
  fc.assert(
    fc.property(record, record, (document, patch) => {
      const once = mergePatch(document, patch);
      expect(mergePatch(once, patch)).toEqual(once);
    }),
  );
});

test('a document without nulls, as a patch of nothing, is itself', () => {
  fc.assert(
    fc.property(withoutNulls, document => {
      expect(mergePatch(undefined, document)).toEqual(document);
    }),
  );
});

test('every field that is patched to null is gone', () => {
  fc.assert(
    fc.property(record, fc.array(fc.stringMatching(/^[a-d]$/)), (document, gone) => {
      const result = mergePatch(document, Object.fromEntries(gone.map(key => [key, null])));
      expect(isRecord(result) && gone.some(key => key in result)).toBe(false);
    }),
  );
});

test('neither argument is changed, and nothing is shared with the result', () => {
  const document = { keep: { a: [1] } };
  const patch = { add: { b: [2] } };
  const result = mergePatch(document, patch) as typeof document & typeof patch;
  result.keep.a.push(9);
  result.add.b.push(9);
  expect([document, patch]).toEqual([{ keep: { a: [1] } }, { add: { b: [2] } }]);
});

test('lists are replaced whole', () => {
  expect(mergePatch({ list: [{ name: 'a' }] }, { list: [{ name: 'b' }] })).toEqual({ list: [{ name: 'b' }] });
});
