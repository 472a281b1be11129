import fc from 'fast-check';

/** Any JSON value but for the key `__proto__`, which the server drops wherever it finds it. */
export function plainJson(maxDepth: number): fc.Arbitrary<unknown> {
  return fc.jsonValue({ maxDepth }).map(value => JSON.parse(JSON.stringify(value).replaceAll('__proto__', 'proto')));
}
