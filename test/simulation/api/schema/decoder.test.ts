import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeObject } from '../../../../src/simulation/api/schema/decoder.ts';
import { schemaOf } from '../../../../src/simulation/api/schema/kubernetes.ts';
import { objectFromProtobuf } from '../../../../src/simulation/api/schema/protobuf.ts';
import { objectOf } from './arbitrary.ts';
import { envelope } from './protobuf_encoder.ts';

const kinds = [
  ['v1', 'Pod'],
  ['v1', 'Service'],
  ['v1', 'Node'],
  ['v1', 'Event'],
  ['v1', 'PersistentVolume'],
  ['v1', 'Secret'],
  ['apps/v1', 'Deployment'],
  ['batch/v1', 'CronJob'],
  ['autoscaling/v2', 'HorizontalPodAutoscaler'],
  ['networking.k8s.io/v1', 'NetworkPolicy'],
  ['policy/v1', 'Eviction'],
  ['authorization.k8s.io/v1', 'SubjectAccessReview'],
  ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
] as const;

function typeOf(apiVersion: string, kind: string) {
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  const schema = schemaOf({ group, version, kind });
  if (!schema) throw new Error(`expected the type of ${kind}, got none`);
  return schema;
}

test.each(kinds)(
  '%s %s: what is decoded is decoded as it is, and has nothing that its type has not',
  (version, kind) => {
    const schema = typeOf(version, kind);
    fc.assert(
      fc.property(objectOf(schema), fc.string(), (object, noise) => {
        const once = decodeObject({ ...object, [`x-${noise}`]: 1 }, schema);
        expect(once.unknown).toEqual([`x-${noise}`]);
        const twice = decodeObject(once.object, schema);
        expect(twice).toEqual({ object: once.object, unknown: [] });
      }),
      { numRuns: 60 },
    );
  },
);

test.each(kinds)('%s %s: protobuf and JSON say the same', (version, kind) => {
  const schema = typeOf(version, kind);
  fc.assert(
    fc.property(objectOf(schema, 6), object => {
      const sent = envelope(version, kind, object, schema);
      const { apiVersion, kind: received, ...read } = objectFromProtobuf(sent);
      expect([apiVersion, received]).toEqual([version, kind]);
      expect(decodeObject(read, schema)).toEqual(decodeObject(object, schema));
    }),
    { numRuns: 60 },
  );
});

test('what nobody set and what is empty are written as the real types write them', () => {
  const { object } = decodeObject(
    {
      metadata: { labels: {}, annotations: null, creationTimestamp: null },
      spec: {
        paused: false,
        replicas: 0,
        strategy: null,
        template: { spec: { containers: [{ args: [], tty: false }] } },
      },
    },
    typeOf('apps/v1', 'Deployment'),
  );
  expect(object).toEqual({
    metadata: {},
    spec: {
      replicas: 0,
      strategy: {},
      template: { metadata: {}, spec: { containers: [{ name: '', resources: {} }] } },
    },
    status: {},
  });
});

test('quantities, times and numbers that are texts take their one form', () => {
  const pod = decodeObject(
    {
      metadata: { creationTimestamp: '2026-03-01T13:00:00.5+01:00' },
      spec: { overhead: { cpu: 0.5, memory: '0.5Gi', pods: '1000m', x: '1e3', y: '1.500' } },
    },
    typeOf('v1', 'Pod'),
  ).object as { metadata: object; spec: { overhead: object } };
  expect(pod.metadata).toEqual({ creationTimestamp: '2026-03-01T12:00:00Z' });
  expect(pod.spec.overhead).toEqual({ cpu: '500m', memory: '512Mi', pods: '1', x: '1e3', y: '1.500' });
});
