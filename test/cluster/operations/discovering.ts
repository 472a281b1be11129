import { get, type Operation, operation, post } from '../operation.ts';
import { configMaps } from '../places.ts';

const groups = [
  'apps',
  'batch',
  'autoscaling',
  'policy',
  'networking.k8s.io',
  'storage.k8s.io',
  'scheduling.k8s.io',
  'rbac.authorization.k8s.io',
  'authorization.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'apiextensions.k8s.io',
  'authentication.k8s.io',
];
const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const asking = (name: string, path: string, accept?: string) =>
  operation(`discovery: ${name}`, get(path, accept === undefined ? {} : { accept }));
const sending = (name: string, method: string, path: string, body?: unknown) =>
  operation(`request: ${name}`, { method, path, ...(body === undefined ? {} : { body }) });

export const discovering: readonly Operation[] = [
  asking('the core versions', '/api'),
  asking('the core resources', '/api/v1'),
  asking('the groups', '/apis'),
  ...groups.map(group => asking(`group ${group}`, `/apis/${group}`)),
  ...groups.map(group => asking(`resources of ${group}`, `/apis/${group}/${group === 'autoscaling' ? 'v2' : 'v1'}`)),
  asking('autoscaling/v1', '/apis/autoscaling/v1'),
  asking('the core, aggregated', '/api', aggregated),
  asking('all groups, aggregated', '/apis', aggregated),
  asking('a group that is not there', '/apis/none.example.com'),
  asking('a version that is not there', '/apis/apps/v9'),
  asking('a resource that is not there', '/api/v1/namespaces/{ns}/none'),
  asking('a resource of the cluster inside a namespace', '/api/v1/namespaces/{ns}/nodes'),
  asking('the old version', '/apis/extensions/v1beta1'),
  asking('the version', '/version'),
  asking('the paths', '/'),
  asking('health', '/healthz'),
  asking('life', '/livez'),
  asking('readiness', '/readyz'),
  asking('the index of OpenAPI v3', '/openapi/v3'),
  asking('a path that is not there', '/none'),
  asking('a path below one that is not there', '/api/v2/pods'),
];

export const requests: readonly Operation[] = [
  sending('POST to an object', 'POST', configMaps('a'), {}),
  sending('PUT to a collection', 'PUT', configMaps(), {}),
  sending('PATCH to a collection', 'PATCH', configMaps(), {}),
  sending('OPTIONS', 'OPTIONS', configMaps()),
  sending('HEAD', 'HEAD', configMaps()),
  sending('HEAD of what is not there', 'HEAD', configMaps('none')),
  sending('POST to the version', 'POST', '/version', {}),
  sending('DELETE of discovery', 'DELETE', '/api'),
  sending('POST to all namespaces', 'POST', '/apis/apps/v1/deployments', {}),
  sending('DELETE of all namespaces', 'DELETE', '/api/v1/pods'),
  sending('a slash too much', 'GET', `${configMaps()}/`),
  sending('two slashes', 'GET', configMaps().replace('/configmaps', '//configmaps')),
  sending('an escaped name', 'GET', configMaps('a%2Fb')),
  sending('a name that can be none', 'GET', configMaps('A_B')),
  sending('a path too deep', 'GET', configMaps('a/b/c')),
  sending('an option nobody knows', 'GET', `${configMaps()}?colour=red`),
  sending('the same option twice', 'GET', `${configMaps()}?limit=1&limit=2`),
  sending('a truth that is none', 'POST', `${configMaps()}?dryRun=true`, { metadata: { name: 'a' } }),
  operation('request: a large body', post(configMaps(), 'x'.repeat(4_000_000))),
];
