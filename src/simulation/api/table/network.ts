import type { EndpointSlice, Ingress, NetworkPolicy } from '../../../kubernetes/kinds/network.ts';
import type { KubeObject } from '../../../kubernetes/objects.ts';
import { ageColumn, type Column, column, nameColumn, orNone } from './column.ts';
import { defaultName } from './storage.ts';
import { selectorText } from './workloads.ts';

type IngressClass = KubeObject & {
  spec?: { controller?: string; parameters?: { kind?: string; name?: string; apiGroup?: string } };
};

const shown = 3;

export const networkColumns = {
  ingresses: [
    nameColumn,
    column<Ingress>('Class', ({ spec }) => spec.ingressClassName ?? '<none>'),
    column<Ingress>('Hosts', hostsText),
    column<Ingress>('Address', addressText),
    column<Ingress>('Ports', ({ spec }) => (spec.tls?.length ? '80, 443' : '80')),
    ageColumn,
  ],
  ingressClasses: [
    { ...nameColumn, value: (object: KubeObject) => defaultName(object, 'ingressclass') },
    column<IngressClass>('Controller', ({ spec }) => spec?.controller ?? ''),
    column<IngressClass>('Parameters', parametersText),
    ageColumn,
  ],
  policies: [
    nameColumn,
    column<NetworkPolicy>('Pod-Selector', ({ spec }) => orNone(selectorText(spec.podSelector ?? {}))),
    ageColumn,
  ],
  slices: [
    nameColumn,
    column<EndpointSlice>('AddressType', ({ addressType }) => addressType),
    column<EndpointSlice>('Ports', ({ ports }) =>
      some((ports ?? []).map(({ port, name }) => String(port ?? name ?? '*'))),
    ),
    column<EndpointSlice>('Endpoints', ({ endpoints }) =>
      some((endpoints ?? []).flatMap(({ addresses }) => addresses)),
    ),
    ageColumn,
  ],
} as const satisfies Record<string, readonly Column<never>[]>;

/** The first few, and how many more there are. */
function some(all: readonly string[]): string {
  if (all.length === 0) return '<unset>';
  const more = all.length > shown ? ` + ${all.length - shown} more...` : '';
  return all.slice(0, shown).join() + more;
}

function hostsText({ spec }: Ingress): string {
  const rules = spec.rules ?? [];
  const hosts = rules.slice(0, shown).flatMap(({ host }) => (host ? [host] : []));
  if (hosts.length === 0) return '*';
  return rules.length > shown ? `${hosts.join()} + ${rules.length - shown} more...` : hosts.join();
}

const addressWidth = 16;

function addressText({ status }: Ingress): string {
  const ingress = status?.loadBalancer?.ingress ?? [];
  const text = [...new Set(ingress.map(({ ip, hostname }) => ip ?? hostname ?? ''))].sort().join();
  return text.length > addressWidth ? `${text.slice(0, addressWidth - 3)}...` : text;
}

function parametersText({ spec }: IngressClass): string {
  const { kind = '', name = '', apiGroup } = spec?.parameters ?? {};
  return spec?.parameters ? `${kind}${apiGroup === undefined ? '' : `.${apiGroup}`}/${name}` : '<none>';
}
