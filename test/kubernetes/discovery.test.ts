import { expect, test } from 'vitest';
import { ClusterError } from '../../src/kubernetes/cluster.ts';
import { createDiscovery, discoverResources, type ServedResource } from '../../src/kubernetes/discovery.ts';
import type { ApiHttp } from '../../src/kubernetes/http.ts';

const { signal } = new AbortController();

/** An API server that answers these paths. */
function http(answers: Record<string, unknown>): ApiHttp {
  return {
    async send({ path }) {
      if (!(path in answers)) throw new ClusterError(503, 'ServiceUnavailable', `${path} is away`);
      return JSON.stringify(answers[path]);
    },
    stream: () => Promise.reject(new Error('expected a plain request')),
    close: async () => {},
  };
}

const plain = (name: string, kind: string, more: object = {}) => ({
  ...{ name, kind, singularName: '', namespaced: true, verbs: ['get', 'list'] },
  ...more,
});

test('a server that knows no aggregated discovery is asked group by group; one that is away takes only its own', async () => {
  const found = await discoverResources(
    http({
      '/api': { kind: 'APIVersions', versions: ['v1'] },
      '/apis': {
        kind: 'APIGroupList',
        groups: ['apps/v1', 'metrics.k8s.io/v1beta1'].map(groupVersion => ({
          name: groupVersion.split('/')[0],
          preferredVersion: { groupVersion },
        })),
      },
      '/api/v1': { resources: [plain('pods', 'Pod', { shortNames: ['po'] }), plain('pods/log', 'Pod')] },
      '/apis/apps/v1': { resources: [plain('deployments', 'Deployment')] },
    }),
    signal,
  );
  expect(found.map(({ apiVersion, plural, group }) => [apiVersion, plural, group])).toEqual([
    ['v1', 'pods', ''],
    ['apps/v1', 'deployments', 'apps'],
  ]);
  expect(found[0]).toMatchObject({ kind: 'Pod', shortNames: ['po'], namespaced: true });
});

test('of each group the version that it prefers', async () => {
  const versions = ['v2', 'v1'].map(version => ({
    version,
    resources: [
      { resource: 'horizontalpodautoscalers', responseKind: { kind: 'X' }, scope: 'Namespaced', verbs: ['get'] },
    ],
  }));
  const kind = 'APIGroupDiscoveryList';
  const found = await discoverResources(
    http({ '/api': { kind, items: [] }, '/apis': { kind, items: [{ metadata: { name: 'autoscaling' }, versions }] } }),
    signal,
  );
  expect(found.map(({ apiVersion }) => apiVersion)).toEqual(['autoscaling/v2']);
});

test('is asked once in five minutes, and for what is missing once in ten seconds; a failure is not kept', async () => {
  let [asked, now, fails] = [0, 0, true];
  const discovery = createDiscovery({
    clock: { now: () => now },
    discover: async (): Promise<ServedResource[]> => {
      asked += 1;
      if (fails) throw new ClusterError(0, 'Unreachable', 'gone');
      return [];
    },
  });
  await expect(discovery.served(signal)).rejects.toThrow('gone');
  fails = false;
  const askedAfter = async (ms: number, fresh = false) => {
    now += ms;
    await discovery.served(signal, fresh);
    return asked;
  };
  expect(await askedAfter(0)).toBe(2);
  expect(await askedAfter(200_000)).toBe(2);
  expect(await askedAfter(0, true)).toBe(3);
  expect(await askedAfter(9_000, true)).toBe(3);
  expect(await askedAfter(1_000, true)).toBe(4);
  expect(await askedAfter(300_000)).toBe(5);
});
