import fc from 'fast-check';
import { core, image, made, name, replicas } from './made.ts';

/** One thing that somebody does: a request, or to wait. `pod` and `node` pick one of those that are there. */
export type Step =
  | { kind: 'wait'; seconds: number }
  | { kind: 'request'; method: string; path: string; body?: unknown; headers?: Record<string, string> }
  | { kind: 'evict'; pick: number; search: string }
  | { kind: 'delete pod'; pick: number; body: object };

const type = (patch: string) => ({ 'content-type': `application/${patch}` });
const search = fc.constantFrom('', '', '', '?dryRun=All', '?fieldManager=other');
const propagation = fc
  .constantFrom('Background', 'Foreground', 'Orphan', 'Sideways')
  .map(propagationPolicy => ({ propagationPolicy }));

const create = fc
  .tuple(made, search)
  .map(
    ([{ path, object }, query]): Step => ({ kind: 'request', method: 'POST', path: `${path}${query}`, body: object }),
  );
const applied = fc.tuple(made, fc.boolean()).map(
  ([{ path, object }, force]): Step => ({
    kind: 'request',
    method: 'PATCH',
    path: `${path}/${object.metadata.name}?fieldManager=fuzz&force=${force}`,
    body: object,
    headers: type('apply-patch+yaml'),
  }),
);
const replaced = fc.tuple(made, fc.constantFrom(undefined, '1', '99999999')).map(
  ([{ path, object }, resourceVersion]): Step => ({
    kind: 'request',
    method: 'PUT',
    path: `${path}/${object.metadata.name}`,
    body: resourceVersion === undefined ? object : { ...object, metadata: { ...object.metadata, resourceVersion } },
  }),
);
const removed = fc.tuple(made, propagation, search).map(
  ([{ path, object }, body, query]): Step => ({
    kind: 'request',
    method: 'DELETE',
    path: `${path}/${object.metadata.name}${query}`,
    body,
  }),
);

const change = fc.oneof(
  replicas.map(count => ({ spec: { replicas: count } })),
  fc.tuple(image).map(([of]) => ({ spec: { template: { spec: { containers: [{ name: 'main', image: of }] } } } })),
  fc.constantFrom<object>(
    { spec: { paused: true } },
    { spec: { paused: null } },
    { spec: { suspend: true } },
    { spec: { replicas: -1 } },
    { spec: { replicas: 'many' } },
    { spec: { selector: null } },
    { spec: null },
    { metadata: { labels: { tier: 'front' } } },
    { metadata: { annotations: { note: 'seen' } } },
    { metadata: { finalizers: ['example.com/hold'] } },
    { metadata: { finalizers: null } },
    { metadata: { ownerReferences: null } },
    { metadata: { resourceVersion: '1' } },
    { status: { replicas: 77, observedGeneration: 99 } },
  ),
);
const patched = fc
  .tuple(
    made,
    change,
    fc.constantFrom('merge-patch+json', 'strategic-merge-patch+json'),
    fc.constantFrom('', '', '', '/status', '/scale'),
  )
  .map(
    ([{ path, object }, body, how, below]): Step => ({
      kind: 'request',
      method: 'PATCH',
      path: `${path}/${object.metadata.name}${below}`,
      body,
      headers: type(how),
    }),
  );
const removedAll = fc
  .tuple(made, fc.constantFrom('', '?labelSelector=app%3Dx-a', '?labelSelector=%28'))
  .map(([{ path }, query]): Step => ({ kind: 'request', method: 'DELETE', path: `${path}${query}` }));

const nodes = fc
  .tuple(
    fc.constantFrom('one', 'two', 'none'),
    fc.constantFrom<object>(
      { spec: { unschedulable: true } },
      { spec: { unschedulable: null } },
      { spec: { taints: [{ key: 'k', effect: 'NoExecute' }] } },
      { spec: { taints: [{ key: 'k', effect: 'Never' }] } },
      { spec: { taints: null } },
    ),
  )
  .map(
    ([node, body]): Step => ({
      kind: 'request',
      method: 'PATCH',
      path: `/api/v1/nodes/${node}`,
      body,
      headers: type('merge-patch+json'),
    }),
  );

const dependents = fc.tuple(name, fc.constantFrom('d-a', 'nobody')).map(
  ([of, owner]): Step => ({
    kind: 'request',
    method: 'POST',
    path: `${core}/configmaps`,
    body: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: `m-${of}`,
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: owner, uid: 'unknown' }],
      },
    },
  }),
);

const wait = fc.constantFrom(1, 3, 10, 40, 90).map((seconds): Step => ({ kind: 'wait', seconds }));
const evict = fc
  .tuple(fc.nat(30), fc.constantFrom('', '', '?dryRun=All'))
  .map(([pick, query]): Step => ({ kind: 'evict', pick, search: query }));
const deletePod = fc
  .tuple(
    fc.nat(30),
    fc.constantFrom<object>({}, { gracePeriodSeconds: 0 }, { gracePeriodSeconds: -1 }, { preconditions: { uid: 'x' } }),
  )
  .map(([pick, body]): Step => ({ kind: 'delete pod', pick, body }));
const raw = fc
  .tuple(fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE'), made, fc.oneof(fc.jsonValue(), fc.string()))
  .map(
    ([method, { path }, body]): Step => ({
      kind: 'request',
      method,
      path,
      ...(method === 'GET' || method === 'DELETE' ? {} : { body }),
    }),
  );

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: create },
  { weight: 4, arbitrary: applied },
  { weight: 6, arbitrary: patched },
  { weight: 2, arbitrary: replaced },
  { weight: 3, arbitrary: removed },
  { weight: 1, arbitrary: removedAll },
  { weight: 2, arbitrary: nodes },
  { weight: 1, arbitrary: dependents },
  { weight: 7, arbitrary: wait },
  { weight: 4, arbitrary: evict },
  { weight: 2, arbitrary: deletePod },
  { weight: 2, arbitrary: raw },
);
