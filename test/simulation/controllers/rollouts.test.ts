import { afterEach, expect, test } from 'vitest';
import type { Deployment } from '../../../src/kubernetes/objects.ts';
import { createStage, type Stage, templateOf } from './stage.ts';

let stage: Stage;
afterEach(() => stage.stop());

const read = () => stage.get<Deployment>('deployments.apps', 'web');
const reasons = async () => (await read()).status?.conditions?.map(({ type, reason }) => `${type} ${reason}`);

async function rolledOut(more: object = {}): Promise<void> {
  stage = createStage();
  const selector = { matchLabels: { app: 'web' } };
  const spec = { replicas: 4, selector, template: templateOf('web'), ...more };
  await stage.create('deployments.apps', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec,
  });
  await stage.run(10);
}

test('a rollout ends with what it says in its conditions', async () => {
  await rolledOut();
  expect(await reasons()).toEqual(['Available MinimumReplicasAvailable', 'Progressing NewReplicaSetAvailable']);
  expect((await read()).status).toMatchObject({ replicas: 4, updatedReplicas: 4, terminatingReplicas: 0 });
});
