import { expect, test } from 'vitest';
import { testServer } from '../fixtures.ts';
import { serve } from '../http_fixture.ts';

interface Document {
  paths: Record<string, Record<string, Record<string, unknown>>>;
  components: { schemas: Record<string, Record<string, unknown>> };
}

async function documents(): Promise<Map<string, Document>> {
  const { send } = await serve(testServer().server);
  const index = (await send('GET', '/openapi/v3')).body as unknown as {
    paths: Record<string, { serverRelativeURL: string }>;
  };
  const found = new Map<string, Document>();
  for (const [path, { serverRelativeURL }] of Object.entries(index.paths)) {
    found.set(path, (await send('GET', serverRelativeURL)).body as unknown as Document);
  }
  return found;
}

test('every document is whole: each reference leads to a type of its own', async () => {
  const all = await documents();
  expect(all.size).toBeGreaterThan(10);
  for (const { paths, components } of all.values()) {
    const text = JSON.stringify({ paths, components });
    const references = new Set([...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name));
    expect([...references].filter(name => !Object.hasOwn(components.schemas, name!))).toEqual([]);
    expect(Object.values(components.schemas).filter(schema => Object.keys(schema).length === 0)).toEqual([]);
  }
});

test('the types say what the published documents of Kubernetes say', async () => {
  const { schemas } = (await documents()).get('apis/apps/v1')!.components;
  const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
  expect(schemas['io.k8s.api.apps.v1.Deployment']).toMatchObject({
    type: 'object',
    'x-kubernetes-group-version-kind': [{ group: 'apps', version: 'v1', kind: 'Deployment' }],
  });
  expect(schemas['io.k8s.api.apps.v1.DeploymentSpec']).toEqual({
    type: 'object',
    properties: {
      minReadySeconds: { type: 'integer', format: 'int32' },
      paused: { type: 'boolean' },
      progressDeadlineSeconds: { type: 'integer', format: 'int32' },
      replicas: { type: 'integer', format: 'int32' },
      revisionHistoryLimit: { type: 'integer', format: 'int32' },
      selector: { allOf: [ref('io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector')] },
      strategy: {
        allOf: [ref('io.k8s.api.apps.v1.DeploymentStrategy')],
        default: {},
        'x-kubernetes-patch-strategy': 'retainKeys',
      },
      template: { allOf: [ref('io.k8s.api.core.v1.PodTemplateSpec')], default: {} },
    },
    required: ['selector', 'template'],
  });
  const container = schemas['io.k8s.api.core.v1.Container'] as { properties: Record<string, unknown> };
  expect(container.properties['ports']).toMatchObject({
    type: 'array',
    'x-kubernetes-list-map-keys': ['containerPort', 'protocol'],
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-patch-merge-key': 'containerPort',
    'x-kubernetes-patch-strategy': 'merge',
  });
});

test('the paths name the kind that they serve, and what a write may ask for', async () => {
  const { paths } = (await documents()).get('apis/apps/v1')!;
  const patch = paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}']?.['patch'];
  expect(patch).toMatchObject({
    'x-kubernetes-group-version-kind': { group: 'apps', version: 'v1', kind: 'Deployment' },
    'x-kubernetes-action': 'patch',
  });
  expect(patch?.['parameters']).toContainEqual({ name: 'fieldValidation', in: 'query', schema: { type: 'string' } });
});
