import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printableJson } from '../../src/lib/json.ts';

test('JSON that is printed means the same, and can not steer a terminal', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\u001b[2J', '\u009b31m', '\u202e', '\u{e0001}', '\n'),
  );
  fc.assert(
    fc.property(fc.dictionary(texts, fc.array(texts)), fc.constantFrom(undefined, 2), (value, indent) => {
      const printed = printableJson(value, indent);
      expect(JSON.parse(printed)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(printed).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u);
      if (indent === undefined) expect(printed).not.toContain('\n');
    }),
  );
});
