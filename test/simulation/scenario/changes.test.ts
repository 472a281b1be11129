import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/objects.ts';
import { foreignPaths, isUnder, sameContent } from '../../../src/simulation/scenario/changes.ts';

interface Settings {
  image: string;
  memory: string;
  replicas: number;
}

const values: fc.Arbitrary<Settings> = fc.record({
  image: fc.constantFrom('a:1', 'a:2', 'a:3'),
  memory: fc.constantFrom('64Mi', '128Mi', '256Mi'),
  replicas: fc.integer({ min: 1, max: 3 }),
});

function workload({ image, memory, replicas }: Settings, annotations?: Record<string, string>): KubeObject {
  const spec = {
    replicas,
    template: {
      metadata: { labels: { app: 'web' }, ...(annotations ? { annotations } : {}) },
      spec: { containers: [{ name: 'web', image, resources: { limits: { memory } } }] },
    },
  };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec } as KubeObject;
}

const paths = {
  image: 'spec.template.spec.containers.web.image',
  memory: 'spec.template.spec.containers.web.resources.limits.memory',
  replicas: 'spec.replicas',
};

test('foreign is exactly what is neither as before nor as the fault left it', () => {
  fc.assert(
    fc.property(values, values, values, (before, fault, now) => {
      const keys = Object.keys(paths) as (keyof Settings)[];
      const foreign = keys.filter(key => now[key] !== before[key] && now[key] !== fault[key]).map(key => paths[key]);
      expect(foreignPaths(workload(now), workload(before), workload(fault)).sort()).toEqual(foreign.sort());
    }),
  );
});

test('what is removed is foreign, too', () => {
  const whole = workload({ image: 'a:1', memory: '64Mi', replicas: 2 });
  const bare = { ...whole, spec: { replicas: 2 } } as KubeObject;
  expect(foreignPaths(bare, whole, whole)).toEqual([
    'spec.template.metadata.labels.app',
    paths.image.replace('image', 'name'),
    paths.image,
    paths.memory,
  ]);
});

test('the order of containers does not count, their names do', () => {
  const containers = (...names: string[]) =>
    ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: { containers: names.map(name => ({ name, image: `${name}:1` })) },
    }) as KubeObject;
  expect(foreignPaths(containers('b', 'a'), containers('a', 'b'))).toEqual([]);
  expect(foreignPaths(containers('a', 'c'), containers('a', 'b'))).toContain('spec.containers.c.image');
});

test('status, metadata and the notes of tools on pods are no content', () => {
  const settings = { image: 'a:1', memory: '64Mi', replicas: 2 };
  const noted = workload(settings, { 'kubectl.kubernetes.io/restartedAt': '2026-03-03T04:00:00Z' });
  const labelled = { ...noted, metadata: { name: 'web', labels: { by: 'hand' } }, status: { replicas: 2 } };
  expect(sameContent(workload(settings), labelled)).toBe(true);
  expect(sameContent(workload(settings), workload({ ...settings, replicas: 3 }))).toBe(false);
});

test('a path is under another one only at a whole step', () => {
  expect(isUnder('spec.replicas', 'spec')).toBe(true);
  expect(isUnder('spec', 'spec')).toBe(true);
  expect(isUnder('specs.replicas', 'spec')).toBe(false);
});
