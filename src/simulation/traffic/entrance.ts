import type { Address } from './address.ts';
import { type Answers, okShare } from './answers.ts';
import { type IngressMatch, ingressController, matchIngress } from './ingress.ts';
import type { End, Network } from './network.ts';

/** How a request from outside gets in. */
export type Entrance =
  | { kind: 'ingress'; match: IngressMatch; ends: End[] }
  | { kind: 'ends'; ends: End[] }
  /** The ingress controller answers by itself. */
  | { kind: 'answered'; match: IngressMatch | undefined; status: number };

const outside = { namespace: undefined, labels: {}, ip: '203.0.113.20' };

export function enter(network: Network, { host, port, path }: Address): Entrance {
  const [name = '', namespace = '', svc] = host.split('.');
  if (svc === 'svc') return { kind: 'ends', ends: exposed(network, { namespace, name, host, port }) };
  const match = matchIngress(network.view, host, path);
  if (!match) return { kind: 'answered', match, status: 404 };
  const service = network.view.service(match.namespace, match.service);
  const known = service?.spec.ports?.find(one => one.port === match.port || one.name === match.port);
  // The controller looks at the endpoints, and answers by itself while there are none.
  if (!service || !known || network.services.backends(service, known).length === 0)
    return { kind: 'answered', match, status: 503 };
  return {
    kind: 'ingress',
    match,
    ends: nextUpstream(network.reachService(ingressController, service, known.port).ends),
  };
}

/** A controller tries the next one when it can't connect. */
function nextUpstream(ends: End[]): End[] {
  const open = ends.filter(({ kind }) => kind === 'container' || kind === 'external');
  return open.length > 0 ? open : ends;
}

/** A service is open to the outside when its type says so. */
function exposed(network: Network, to: { namespace: string; name: string; host: string; port: number }): End[] {
  const service = network.view.service(to.namespace, to.name);
  if (!service) return [{ kind: 'no_such_host', error: `dial tcp: lookup ${to.host}: no such host` }];
  const isOpen = service.spec.type === 'NodePort' || service.spec.type === 'LoadBalancer';
  if (isOpen) return network.reachService(outside, service, to.port).ends;
  return [{ kind: 'timeout', error: `dial tcp ${to.host}:${to.port}: i/o timeout` }];
}

/** What a client sees of what happened behind an ingress controller, which always answers. */
export function throughIngress({ statuses, silences, mean }: Answers): Answers {
  const seen = new Map(statuses);
  const say = (status: number, share = 0) => {
    if (share > 0) seen.set(status, (seen.get(status) ?? 0) + share);
  };
  say(504, silences.get('timeout'));
  say(502, (silences.get('refused') ?? 0) + (silences.get('no_such_host') ?? 0));
  return { statuses: seen, silences: new Map(), mean: okShare({ statuses, silences, mean }) > 0 ? mean : 0.002 };
}
