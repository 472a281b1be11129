import { expect, onTestFinished, test } from 'vitest';
import type { PersistentVolumeClaim, StorageClass } from '../../../../src/kubernetes/kinds/storage.ts';
import type { Pod } from '../../../../src/kubernetes/objects.ts';
import { isReady } from '../../../../src/simulation/controllers/pods.ts';
import { embeddedProvisioner } from '../../../../src/simulation/controllers/volumes/pool.ts';
import { createTestCluster } from '../../cluster_in_test.ts';
import { deploymentOf, webProgram } from '../../shop.ts';

test('a claim that waits for its first pod is given a volume when the pod has found its node', async () => {
  const cluster = await createTestCluster({ programs: [webProgram('cart')] });
  onTestFinished(() => cluster.stop());
  const { client } = cluster;
  await client.create<StorageClass>('storageclasses.storage.k8s.io', {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'fast' },
    provisioner: embeddedProvisioner,
    volumeBindingMode: 'WaitForFirstConsumer',
  });
  await client.create<PersistentVolumeClaim>('persistentvolumeclaims', {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'default' },
    spec: { storageClassName: 'fast', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  });
  const deployment = deploymentOf('cart', 1);
  deployment.spec.template.spec.volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
  await cluster.run(20);
  const read = () => client.get<PersistentVolumeClaim>('persistentvolumeclaims', 'data', 'default');
  expect((await read())?.status?.phase).toBe('Pending');
  await cluster.apply(deployment);
  await cluster.until(async () => (await client.list<Pod>('pods')).items.some(isReady), 120);
  const claim = await read();
  expect(claim?.metadata.annotations?.['volume.kubernetes.io/selected-node']).toBe('node1');
  expect(claim?.status).toMatchObject({ phase: 'Bound', capacity: { storage: '1Gi' } });
});
