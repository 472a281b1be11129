import type { Ingress, IngressBackend } from '../../kubernetes/kinds/network.ts';
import type { Service } from '../../kubernetes/objects.ts';
import { enumerate } from './answer.ts';

/** How requests come to a service through Ingresses, one line each, with what is wrong with the way. */
export function ingressLines(service: Service, ingresses: readonly Ingress[]): string[] {
  return ingresses.flatMap(({ metadata, spec }) => {
    const ways = [
      ...(spec.defaultBackend ? [{ from: 'everything else', backend: spec.defaultBackend }] : []),
      ...(spec.rules ?? []).flatMap(({ host = '*', http }) =>
        (http?.paths ?? []).map(({ path = '/', backend }) => ({ from: `${host}${path}`, backend })),
      ),
    ].filter(({ backend }) => backend.service?.name === service.metadata.name);
    if (ways.length === 0) return [];
    const from = enumerate([...new Set(ways.map(way => way.from))], 4);
    const wrong = [...new Set(ways.flatMap(({ backend }) => missingPort(service, backend) ?? []))];
    const tls = spec.tls?.length ? ' (TLS)' : '';
    return [`Ingress ${metadata.name} leads here from ${from}${tls}${wrong.map(each => `; ${each}`).join('')}.`];
  });
}

function missingPort({ spec }: Service, { service }: IngressBackend): string | undefined {
  const { name, number } = service?.port ?? {};
  const found = (spec.ports ?? []).some(port => (name === undefined ? port.port === number : port.name === name));
  return found ? undefined : `it asks for port ${name ?? number}, which this service does NOT have`;
}
