import fc from 'fast-check';
import { expect, test } from 'vitest';
import { freeform, JsonTextProblem, strictProblems } from '../../../../src/simulation/api/schema/json_text.ts';
import { mayRepeat } from '../../../../src/simulation/api/schema/repeated.ts';

/** Texts that are nearly JSON. */
const nearlyJson = fc
  .tuple(
    fc.json(),
    fc.nat(),
    fc.constantFrom('', ',', '}', ']', '"', ':', '\\', '0', '-', '.', 'e', 'x', ' ', '\n', '\u0001'),
  )
  .map(([text, at, letter]) => {
    const place = at % (text.length + 1);
    return `${text.slice(0, place)}${letter}${text.slice(place + (at % 2))}`;
  });

test('it refuses what JSON.parse refuses, and nothing else', () => {
  fc.assert(
    fc.property(nearlyJson, text => {
      let isJson = true;
      try {
        JSON.parse(text);
      } catch {
        isJson = false;
      }
      if (isJson) expect(strictProblems(text)).toEqual([]);
      else expect(() => strictProblems(text)).toThrow(JsonTextProblem);
    }),
    { numRuns: 2_000 },
  );
});

test('whatever comes twice is told, and is suspected before', () => {
  const text = '{"a": 1, "b": {"c": [{"d": 1, "d" : 2}]}, "a": "x:\\":"}';
  expect(strictProblems(text, freeform)).toEqual(['duplicate field "b.c[0].d"', 'duplicate field "a"']);
  fc.assert(
    fc.property(fc.jsonValue(), value => {
      const sent = JSON.stringify({ value });
      expect(strictProblems(sent, freeform)).toEqual([]);
      const repeated = sent.replace(/\}$/, ', "value" : 1}');
      expect(mayRepeat(repeated, JSON.parse(repeated))).toBe(true);
      expect(strictProblems(repeated, freeform)).toEqual(['duplicate field "value"']);
    }),
  );
});

test.each([
  ['', 'unexpected end of JSON input'],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a":1 "b"}', `invalid character '"' after object key:value pair`],
  ['[1 2]', "invalid character '2' after array element"],
  ['[1,]', "invalid character ']' looking for beginning of value"],
  ["'x'", "invalid character '\\'' looking for beginning of value"],
  ['-x', "invalid character 'x' in numeric literal"],
  ['01', "invalid character '1' after top-level value"],
  ['"\\x"', "invalid character 'x' in string escape code"],
  ['"\u0001"', "invalid character '\\u0001' in string literal"],
])('%s is refused in the words of Go', (text, message) => {
  expect(() => strictProblems(text)).toThrow(new JsonTextProblem(message));
});

test('nesting has an end', () => {
  expect(() => strictProblems('{"a":'.repeat(20_000))).toThrow("invalid character '{' exceeded max depth");
});
