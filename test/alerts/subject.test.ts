import { expect, test } from 'vitest';
import { foldKey } from '../../src/alerts/fold.ts';
import { nodeOf, podOf, subjectOf } from '../../src/alerts/subject.ts';
import { alertFor } from '../support/incidents.ts';

const shop = { namespace: 'shop' };
const cart = { ...shop, kind: 'Deployment', name: 'cart' };

test.each([
  [{ ...shop, deployment: 'cart' }, cart],
  [{ ...shop, pod: 'cart-7d4b9c8f6-x2x4z' }, cart],
  [{ ...shop, workload: 'cart', workload_type: 'deployment' }, cart],
  [
    {
      namespace: 'monitoring',
      exported_namespace: 'shop',
      pod: 'kube-state-metrics-0',
      exported_pod: 'cart-7d4b9c8f6-x2x4z',
    },
    cart,
  ],
  [
    { ...shop, pod: 'db-0' },
    { ...shop, kind: 'Pod', name: 'db-0' },
  ],
  [
    { ...shop, job_name: 'backup' },
    { ...shop, kind: 'Job', name: 'backup' },
  ],
  [
    { ...shop, persistentvolumeclaim: 'data' },
    { ...shop, kind: 'PersistentVolumeClaim', name: 'data' },
  ],
  [{ node: 'n1' }, { kind: 'Node', name: 'n1' }],
  [shop, shop],
  [{}, {}],
])('the subject is the workload, as far as labels tell: %j', (labels, subject) => {
  expect(subjectOf(alertFor(labels))).toEqual(subject);
});

test('what was seen of its pod goes before what its name suggests, and after what its labels say', () => {
  const seen = { owner: { kind: 'StatefulSet', name: 'db' }, node: 'n2' };
  expect(subjectOf(alertFor({ ...shop, pod: 'db-0' }), seen)).toEqual({ ...shop, kind: 'StatefulSet', name: 'db' });
  expect(subjectOf(alertFor({ ...shop, pod: 'db-0', deployment: 'cart' }), seen)).toEqual(cart);
  expect(nodeOf(alertFor({ ...shop, pod: 'db-0' }), seen)).toBe('n2');
  expect(nodeOf(alertFor({ ...shop, pod: 'db-0', node: 'n1' }), seen)).toBe('n1');
  expect(podOf(alertFor({ ...shop, pod: 'db-0' }))).toEqual({ ...shop, pod: 'db-0' });
  expect(podOf(alertFor({ pod: 'db-0' }))).toBeUndefined();
});

test('alerts about one workload fold, whatever they are called; others do not', () => {
  const keyOf = (labels: Record<string, string>) => foldKey(subjectOf(alertFor(labels)), alertFor(labels));
  const key = keyOf({ ...shop, deployment: 'cart' });
  expect(keyOf({ ...shop, pod: 'cart-7d4b9c8f6-x2x4z', alertname: 'Other' })).toBe(key);
  expect(keyOf({ namespace: 'prod', deployment: 'cart' })).not.toBe(key);
  expect(keyOf({ alertname: 'A' })).not.toBe(keyOf({ alertname: 'B' }));
});
