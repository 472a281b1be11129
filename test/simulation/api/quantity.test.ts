import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalQuantity } from '../../../src/simulation/api/quantity.ts';

test.each([
  ['0.5', '500m'],
  ['1000m', '1'],
  ['1024Mi', '1Gi'],
  ['1.5Gi', '1536Mi'],
  ['1500Mi', '1500Mi'],
  ['100M', '100M'],
  ['1000k', '1M'],
  ['0', '0'],
  ['0Mi', '0'],
  ['.5', '500m'],
  ['-2', '-2'],
  ['1e3', '1e3'],
  ['12e2', '1200'],
  ['1.500', '1.500'],
  ['0.500', '500m'],
  ['0405Mi', '0405Mi'],
  ['0.1Mi', '104857600m'],
  ['0.0001n', '1n'],
  ['9Ei', '9223372036854775807'],
])('%s is written %s', (given, canonical) => {
  expect(canonicalQuantity(given)).toBe(canonical);
});

test.each(['', 'much', '1.2.3', '10MiB', '1 Gi', 'Mi'])('"%s" is no quantity', text => {
  expect(canonicalQuantity(text)).toBeUndefined();
});

test('the canonical form is its own', () => {
  const suffix = fc.constantFrom('', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi');
  fc.assert(
    fc.property(fc.nat({ max: 1_000_000 }), suffix, (amount, unit) => {
      const once = canonicalQuantity(`${amount}${unit}`) ?? '';
      expect(canonicalQuantity(once)).toBe(once);
    }),
  );
});

test('equal amounts are equal texts', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), amount => {
      expect(canonicalQuantity(`${amount * 1000}m`)).toBe(canonicalQuantity(String(amount)));
      expect(canonicalQuantity(`${amount * 1024}Mi`)).toBe(canonicalQuantity(`${amount}Gi`));
    }),
  );
});
