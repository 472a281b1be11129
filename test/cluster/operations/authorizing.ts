import * as made from '../manifests.ts';
import { get, type Operation, operation, post, type Step, watch } from '../operation.ts';
import * as at from '../places.ts';
import { authorizingGranted, granted } from './authorizing_granted.ts';

const reader = { as: 'reader' } as const;
const nobody = { as: 'nobody' } as const;
const may = (attributes: Record<string, unknown>, as: Step['as'] = 'reader') =>
  post(
    at.accessReviews(),
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { namespace: '{ns}', ...attributes } },
    },
    as ? { as } : {},
  );
const rules = (as: Step['as']) =>
  post(
    at.rulesReviews(),
    { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace: '{ns}' } },
    as ? { as } : {},
  );
export const authorizing: readonly Operation[] = [
  ...authorizingGranted,
  operation('auth: a token that nobody knows', get(at.pods(), { as: 'stranger' })),
  operation('auth: no token', get(at.pods(), { as: 'none' })),
  operation('auth: no token asks for the version', get('/version', { as: 'none' })),
  operation('auth: no token asks for health', get('/healthz', { as: 'none' })),
  operation('auth: no token asks for discovery', get('/api', { as: 'none' })),
  operation('auth: a token that nobody knows asks for health', get('/healthz', { as: 'stranger' })),
  operation('auth: no rights to list', get(at.pods(), nobody)),
  operation('auth: no rights to get', get(at.deployments('a'), nobody)),
  operation('auth: no rights to create', post(at.pods(), made.pod('a'), nobody)),
  operation('auth: no rights to delete', { method: 'DELETE', path: at.pods('a'), ...nobody }),
  operation('auth: no rights to delete all', { method: 'DELETE', path: at.pods(), ...nobody }),
  operation('auth: no rights to watch', { ...watch(`${at.pods()}?watch=1`, 1), ...nobody }),
  operation('auth: no rights to patch a subresource', {
    method: 'PATCH',
    path: at.deployments('a', 'scale'),
    body: {},
    type: 'application/merge-patch+json',
    ...nobody,
  }),
  operation('auth: no rights in all namespaces', get('/api/v1/pods', nobody)),
  operation('auth: no rights to nodes', get(at.nodes(), nobody)),
  operation('auth: no rights to a path', get('/metrics', nobody)),
  operation('auth: no rights to what is not there', get('/apis/none.example.com/v1/things', nobody)),
  operation('auth: discovery is for everybody', get('/apis/apps/v1', nobody)),
  operation('can I: yes', ...granted, may({ verb: 'list', resource: 'pods' })),
  operation('can I: no', ...granted, may({ verb: 'delete', resource: 'pods' })),
  operation('can I: an administrator', may({ verb: 'delete', resource: 'pods' }, 'admin')),
  operation('can I: elsewhere', ...granted, may({ verb: 'list', resource: 'pods', namespace: 'default' })),
  operation('can I: a subresource', ...granted, may({ verb: 'get', resource: 'pods', subresource: 'log' })),
  operation(
    'can I: a path',
    post(at.accessReviews(), { spec: { nonResourceAttributes: { path: '/apis', verb: 'get' } } }, reader),
  ),
  operation('can I: neither', post(at.accessReviews(), { spec: {} }, reader)),
  operation(
    'can I: both',
    post(
      at.accessReviews(),
      {
        spec: {
          resourceAttributes: { verb: 'get', resource: 'pods' },
          nonResourceAttributes: { path: '/', verb: 'get' },
        },
      },
      reader,
    ),
  ),
  operation('can I: everything', ...granted, rules('reader')),
  operation('can I: everything as an administrator', rules('admin')),
  operation('can I: everything, without a namespace', post(at.rulesReviews(), { spec: {} }, reader)),
  operation(
    'can I: could somebody else',
    ...granted,
    post(at.subjectReviews(), {
      spec: { user: 'reader', resourceAttributes: { namespace: '{ns}', verb: 'list', resource: 'pods' } },
    }),
  ),
  operation('can I: who am I', post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, reader)),
  operation('can I: the discovery for everybody', get('/apis', nobody)),
];
