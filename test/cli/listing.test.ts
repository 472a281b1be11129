import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { age, type Column, listing } from '../../src/cli/listing.ts';
import { noPaint } from '../../src/cli/story/paint.ts';

interface Item {
  name: string;
  says: string;
}

const columns: Column<Item>[] = [
  { title: 'name', text: ({ name }) => name, least: 10, right: true },
  { title: 'says', text: ({ says }) => says, least: 10, tone: () => 'bad' },
];

const screen = {
  width: 80,
  watched: true,
  paint: noPaint,
  paintErr: noPaint,
  out: () => undefined,
  err: () => undefined,
};
const anything = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
);
const items = fc.array(fc.record({ name: anything, says: anything }), { maxLength: 5 });

test('whatever stands in a table, it has a line for each thing, fits the terminal, and can not steer it', () => {
  fc.assert(
    fc.property(items, list => {
      const lines = listing(columns, list, screen).split('\n');
      expect(lines).toHaveLength(list.length + 2);
      for (const line of lines) {
        expect([...line].length).toBeLessThanOrEqual(80);
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }
    }),
  );
});

test('colours change nothing but the colours; without a terminal nothing is cut to a width', () => {
  fc.assert(
    fc.property(items, list => {
      const coloured = listing(columns, list, { ...screen, paint: (_tone, text) => `\u001b[31m${text}\u001b[39m` });
      const bare = coloured.split('\n').map(line => stripVTControlCharacters(line).trimEnd());
      expect(bare.join('\n')).toBe(listing(columns, list, screen));
    }),
  );
  const long = { name: 'n'.repeat(60), says: 's'.repeat(60) };
  expect(listing(columns, [long], { ...screen, watched: false })).toContain(`${long.name}  ${long.says}`);
});

test.each([
  [-5, '0s'],
  [59, '59s'],
  [60, '1m'],
  [3599, '59m'],
  [3600, '1h'],
  [47.9 * 3600, '47h'],
  [48 * 3600, '2d'],
])('%d seconds are %s', (seconds, text) => {
  expect(age(new Date(1e12).toISOString(), 1e12 + seconds * 1000)).toBe(text);
});
