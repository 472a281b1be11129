import fc from 'fast-check';
import { deploymentOf } from '../shop.ts';

export const core = '/api/v1/namespaces/default';
const apps = '/apis/apps/v1/namespaces/default';
const batch = '/apis/batch/v1/namespaces/default';
const policy = '/apis/policy/v1/namespaces/default';

export const name = fc.constantFrom('a', 'b');
export const replicas = fc.integer({ min: 0, max: 5 });
export const image = fc
  .constantFrom('1', '2', '3', 'broken', 'nowhere')
  .map(tag => `registry.example/shop/cart:${tag}`);

function templateOf(app: string, of: string, args: string[] = []) {
  const { template } = deploymentOf('cart', 1).spec;
  const containers = template.spec.containers.map(container => ({ ...container, image: of, args }));
  return { metadata: { labels: { app } }, spec: { ...template.spec, containers } };
}

const selectorOf = (app: string) => ({ selector: { matchLabels: { app } } });

const claimTemplate = {
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
};

interface Made {
  path: string;
  object: {
    apiVersion: string;
    kind: string;
    metadata: { name: string; labels?: object };
    spec?: object;
    data?: object;
  };
}

/** An object of a kind that controllers care for, and where it is made. */
export const made: fc.Arbitrary<Made> = fc
  .record({
    name,
    replicas,
    image,
    of: fc.nat(10),
    minAvailable: fc.constantFrom<number | string>(0, 1, 2, '50%', '100%'),
  })
  .map(({ name, replicas, image, of, minAvailable }): Made => {
    const kinds: [path: string, apiVersion: string, kind: string, app: string, spec: object][] = [
      [
        `${apps}/deployments`,
        'apps/v1',
        'Deployment',
        'd',
        { replicas, ...selectorOf(`d-${name}`), template: templateOf(`d-${name}`, image) },
      ],
      [
        `${apps}/statefulsets`,
        'apps/v1',
        'StatefulSet',
        's',
        {
          replicas,
          serviceName: name,
          ...selectorOf(`s-${name}`),
          template: templateOf(`s-${name}`, image),
          volumeClaimTemplates: [claimTemplate],
        },
      ],
      [
        `${apps}/daemonsets`,
        'apps/v1',
        'DaemonSet',
        'ds',
        { ...selectorOf(`ds-${name}`), template: templateOf(`ds-${name}`, image) },
      ],
      [
        `${apps}/replicasets`,
        'apps/v1',
        'ReplicaSet',
        'r',
        { replicas, ...selectorOf(`r-${name}`), template: templateOf(`r-${name}`, image) },
      ],
      [
        `${batch}/jobs`,
        'batch/v1',
        'Job',
        'j',
        {
          completions: 2,
          parallelism: replicas,
          template: {
            ...templateOf(`j-${name}`, image),
            spec: { ...templateOf(`j-${name}`, image).spec, restartPolicy: 'Never' },
          },
        },
      ],
      [
        `${batch}/cronjobs`,
        'batch/v1',
        'CronJob',
        'c',
        {
          schedule: '* * * * *',
          jobTemplate: {
            spec: {
              template: {
                ...templateOf(`c-${name}`, image),
                spec: { ...templateOf(`c-${name}`, image).spec, restartPolicy: 'Never' },
              },
            },
          },
        },
      ],
      [
        `${core}/services`,
        'v1',
        'Service',
        'v',
        { selector: { app: `d-${name}` }, ports: [{ port: 80, targetPort: 8080 }] },
      ],
      [
        `${policy}/poddisruptionbudgets`,
        'policy/v1',
        'PodDisruptionBudget',
        'p',
        { minAvailable, ...selectorOf(`d-${name}`) },
      ],
      [`${core}/persistentvolumeclaims`, 'v1', 'PersistentVolumeClaim', 'l', claimTemplate.spec],
      [`${core}/pods`, 'v1', 'Pod', 'x', templateOf(`d-${name}`, image).spec],
    ];
    const [path, apiVersion, kind, short, spec] = kinds[of % kinds.length] ?? kinds[0]!;
    return {
      path,
      object: { apiVersion, kind, metadata: { name: `${short}-${name}`, labels: { app: `${short}-${name}` } }, spec },
    };
  });
