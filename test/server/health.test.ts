import { expect, test } from 'vitest';
import { ClusterError, type ClusterReader } from '../../src/kubernetes/cluster.ts';
import { createClusterCheck } from '../../src/server/health.ts';

function setUp(answer: () => Promise<undefined>) {
  let now = 0;
  let asked = 0;
  const cluster: Pick<ClusterReader, 'get'> = {
    get: () => {
      asked += 1;
      return answer();
    },
  };
  const clock = { now: () => now };
  return { check: createClusterCheck(cluster, clock), asked: () => asked, pass: (ms: number) => (now += ms) };
}

test('the API server is asked again only when the last answer is some seconds old', async () => {
  const { check, asked, pass } = setUp(async () => undefined);
  expect(await check()).toEqual({ ok: true });
  await check();
  expect(asked()).toBe(1);
  pass(10_001);
  await check();
  expect(asked()).toBe(2);
});

test('a server that refuses is there; one that does not answer is not', async () => {
  const refusing = setUp(() => Promise.reject(new ClusterError(403, 'Forbidden', 'not for you')));
  expect(await refusing.check()).toEqual({ ok: true });
  const away = setUp(() => Promise.reject(new ClusterError(0, 'Unreachable', 'connection refused')));
  expect(await away.check()).toEqual({ ok: false, reason: 'the API server: connection refused' });
});
