import type { Ingress, IngressBackend, IngressPath } from '../../kubernetes/kinds/network.ts';
import type { ClusterView } from './cluster_view.ts';
import type { Peer } from './policy.ts';

/** Where an ingress controller sends a request. */
export interface IngressMatch {
  namespace: string;
  ingress: string;
  service: string;
  /** A number, or the name of one of the service's ports. */
  port: number | string | undefined;
  path: string;
}

/** The controller, as policies see it: the cluster has one, and it isn't among its pods. */
export const ingressController: Peer = {
  namespace: 'ingress-nginx',
  labels: { 'app.kubernetes.io/name': 'ingress-nginx', 'app.kubernetes.io/component': 'controller' },
  ip: undefined,
};

/** The class that the controller serves; an Ingress of another one is nobody's. */
const servedClass = 'nginx';

/** The rule for a host and a path: the longest path wins, and an exact one before all. */
export function matchIngress(view: ClusterView, host: string, path: string): IngressMatch | undefined {
  const served = [...view.ingresses()].filter(({ spec }) => (spec.ingressClassName ?? servedClass) === servedClass);
  const candidates = served.flatMap(ingress => pathsFor(ingress, host).map(rule => ({ ingress, rule })));
  const fitting = candidates.filter(({ rule }) => fits(rule, path));
  const best = fitting.reduce<(typeof fitting)[number] | undefined>(
    (found, one) => (found && weight(found.rule) >= weight(one.rule) ? found : one),
    undefined,
  );
  if (best) return matchOf(best.ingress, best.rule.backend, best.rule.path ?? '/');
  const fallback = served.find(({ spec }) => spec.defaultBackend !== undefined);
  return fallback?.spec.defaultBackend && matchOf(fallback, fallback.spec.defaultBackend, '/');
}

function pathsFor({ spec }: Ingress, host: string): IngressPath[] {
  const rules = (spec.rules ?? []).filter(rule => hostFits(rule.host, host));
  return rules.flatMap(({ http }) => http?.paths ?? []);
}

function hostFits(rule: string | undefined, host: string): boolean {
  if (rule === undefined || rule === '' || rule === host) return true;
  return rule.startsWith('*.') && host.slice(host.indexOf('.')) === rule.slice(1);
}

function fits({ path: rule = '/', pathType }: IngressPath, path: string): boolean {
  if (pathType === 'Exact') return path === rule;
  const prefix = rule.replace(/\/$/, '');
  return path === prefix || path.startsWith(`${prefix}/`);
}

function weight({ path = '/', pathType }: IngressPath): number {
  return path.length * 2 + (pathType === 'Exact' ? 1 : 0);
}

function matchOf({ metadata }: Ingress, backend: IngressBackend, path: string): IngressMatch {
  const { name = '', port } = backend.service ?? {};
  const { namespace = '', name: ingress } = metadata;
  return { namespace, ingress, service: name, port: port?.number ?? port?.name, path };
}
