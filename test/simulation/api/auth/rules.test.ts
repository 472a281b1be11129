import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PolicyRule } from '../../../../src/kubernetes/kinds/access.ts';
import { missingRights, permits } from '../../../../src/simulation/api/auth/rules.ts';

const verbs = ['get', 'list', '*'];
const groups = ['', 'apps', '*'];
const resources = ['pods', 'pods/log', 'deployments/scale', '*/scale', '*'];
const some = (values: string[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 });

const rule: fc.Arbitrary<PolicyRule> = fc.record({
  verbs: some(verbs),
  apiGroups: some(groups),
  resources: some(resources),
  resourceNames: fc.uniqueArray(fc.constantFrom('a', 'b'), { maxLength: 2 }),
});

const wish = fc.record({
  kind: fc.constant('resource' as const),
  verb: fc.constantFrom('get', 'list', 'delete'),
  group: fc.constantFrom('', 'apps', 'batch'),
  resource: fc.constantFrom('pods', 'deployments', 'secrets'),
  subresource: fc.constantFrom('', 'log', 'scale'),
  namespace: fc.constantFrom('', 'default'),
  name: fc.constantFrom('', 'a', 'c'),
});

test('who lacks no right of a rule may do all that it permits', () => {
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 4 }), rule, wish, (owned, wanted, attributes) => {
      fc.pre(missingRights(owned, [wanted]).length === 0 && permits(wanted, attributes));
      expect(owned.some(one => permits(one, attributes))).toBe(true);
    }),
    { numRuns: 300, maxSkipsPerRun: 1000 },
  );
});

test('a rule lacks nothing of itself', () => {
  fc.assert(
    fc.property(rule, one => {
      expect(missingRights([one], [one])).toEqual([]);
    }),
  );
});
