import type { Deployment, Service } from '../../src/kubernetes/objects.ts';
import type { ProgramInput } from '../../src/simulation/programs/program.ts';

/** A web service that listens on 8080, is ready when its dependencies are, and exists in a good and a broken build. */
export function webProgram(name: string, dependsOn: string[] = []): ProgramInput {
  const behaviour = {
    startsIn: 2,
    listens: [{ port: 8080, http: [{ path: '/healthz' }, { path: '/readyz', reflectsDependencies: true }] }],
    memory: { base: '48Mi' },
    dependsOn: dependsOn.map(host => ({
      address: `http://${host}:8080`,
      whenMissing: 'unready' as const,
      lines: { missing: ['level=warn msg="no answer" peer={host} error="{error}"'] },
    })),
    lines: { start: ['level=info msg=starting pod={pod}'], running: [{ line: 'level=info msg=served', every: 5 }] },
  };
  return {
    name,
    image: { repository: `registry.example/shop/${name}`, tags: ['1', '2', '3'] },
    entrypoint: `/app/${name}`,
    behaviour,
  };
}

/** The same program, in a build that ends soon after its start. */
export function brokenBuild(name: string): ProgramInput {
  return {
    name: `${name}-broken`,
    image: { repository: `registry.example/shop/${name}`, tags: ['broken'] },
    entrypoint: `/app/${name}`,
    behaviour: { exits: { after: 1, code: 1, lines: ['level=fatal msg="cannot start"'] } },
  };
}

export function deploymentOf(name: string, replicas: number, more: Partial<Deployment['spec']> = {}): Deployment {
  const labels = { app: name };
  const container = {
    name: 'main',
    image: `registry.example/shop/${name}:1`,
    ports: [{ containerPort: 8080 }],
    resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '128Mi' } },
    readinessProbe: { httpGet: { path: '/readyz', port: 8080 }, periodSeconds: 5 },
    livenessProbe: { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 10, initialDelaySeconds: 5 },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container], terminationGracePeriodSeconds: 5 } },
      ...more,
    },
  };
}

export function serviceOf(name: string): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: { selector: { app: name }, ports: [{ port: 8080, targetPort: 8080 }] },
  };
}
