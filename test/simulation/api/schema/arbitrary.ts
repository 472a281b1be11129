import fc from 'fast-check';
import { jsonSchemaProps } from '../../../../src/simulation/api/schema/kubernetes.ts';
import type { ObjectSchema, ScalarType, Schema } from '../../../../src/simulation/api/schema/schema.ts';

const word = fc.stringMatching(/^[a-z]{1,4}$/);

const scalars: Readonly<Record<ScalarType, fc.Arbitrary<unknown>>> = {
  string: fc.string({ maxLength: 5 }),
  boolean: fc.boolean(),
  int32: fc.integer(),
  int64: fc.maxSafeInteger(),
  double: fc.double({ noNaN: true, noDefaultInfinity: true }),
  quantity: fc.constantFrom('1', '250m', '0.5', '1024Mi', '1e3', '3Ki', '0', '1.5Gi'),
  intOrString: fc.oneof(fc.integer(), word, fc.constant('25%')),
  time: fc.constantFrom('2026-03-01T12:00:00Z', '2026-03-01T14:00:00.5+02:00'),
  microTime: fc.constantFrom('2026-03-01T12:00:00.123456Z', '2026-03-01T14:00:00.000001+02:00'),
  duration: fc.constant('30s'),
  bytes: fc.uint8Array({ maxLength: 5 }).map(bytes => Buffer.from(bytes).toString('base64')),
};

/** Any value of a type, a few levels deep. */
function arbitraryOf(schema: Schema, depth = 4): fc.Arbitrary<unknown> {
  switch (schema.kind) {
    case 'scalar':
      return scalars[schema.type];
    case 'list':
      return fc.array(arbitraryOf(schema.items, depth - 1), { maxLength: 2 });
    case 'map':
      return fc.dictionary(word, arbitraryOf(schema.values, depth - 1), { maxKeys: 2 });
    case 'any':
      return anyOf(schema.form, depth);
    case 'object':
      return objectOf(schema, depth);
  }
}

function anyOf(form: string | undefined, depth: number): fc.Arbitrary<unknown> {
  if (form === undefined) return fc.dictionary(word, fc.oneof(fc.integer(), word, fc.boolean()), { maxKeys: 2 });
  const schema = objectOf(jsonSchemaProps(), Math.min(depth, 1) - 1);
  if (form === 'schemaOrBool') return fc.oneof(fc.boolean(), schema);
  return form === 'schemaOrArray' ? fc.oneof(schema, fc.array(schema)) : fc.oneof(schema, fc.array(word));
}

/** A few fields at a time: with all of them a pod would never end. */
export function objectOf({ fields }: ObjectSchema, depth = 4): fc.Arbitrary<Record<string, unknown>> {
  const usable = [...fields.values()].filter(
    ({ name, type }) => !['apiVersion', 'kind'].includes(name) && (depth > 0 || type.kind === 'scalar'),
  );
  if (usable.length === 0) return fc.constant({});
  return fc
    .uniqueArray(fc.constantFrom(...usable), { maxLength: 5, selector: field => field.name })
    .chain(chosen =>
      fc.record(Object.fromEntries(chosen.map(field => [field.name, arbitraryOf(field.type, depth - 1)]))),
    );
}
