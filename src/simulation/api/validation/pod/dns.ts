import type { StatusCause } from '../../client.ts';
import { ipProblems } from '../addresses.ts';
import { subdomainProblems, underscoredProblems } from '../names.ts';
import { each, none, required, wrong } from '../problem.ts';
import type { WireSpec } from './wire.ts';

const most = { nameservers: 3, searches: 32, characters: 2048 };

export function dnsProblems({ dnsConfig, dnsPolicy }: WireSpec, path: string): StatusCause[] {
  const field = `${path}.dnsConfig`;
  if (dnsPolicy === 'None') {
    if (!dnsConfig) return [required(field, 'must provide `dnsConfig` when `dnsPolicy` is None')];
    if (!dnsConfig.nameservers?.length) {
      const hint = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
      return [required(`${field}.nameservers`, hint)];
    }
  }
  return dnsConfig ? configProblems(dnsConfig, field) : none;
}

function configProblems(config: NonNullable<WireSpec['dnsConfig']>, field: string): StatusCause[] {
  const { nameservers = [], searches = [], options = [] } = config;
  const [ofServers, ofSearches] = [`${field}.nameservers`, `${field}.searches`];
  const tooMany = (what: string) => `must not have more than ${what}`;
  const longList = tooMany(`${most.characters} characters (including spaces) in the search list`);
  return [
    ...(nameservers.length > most.nameservers
      ? [wrong(ofServers, nameservers, tooMany(`${most.nameservers} nameservers`))]
      : none),
    ...nameservers.flatMap((server, index) => ipProblems(server, `${ofServers}[${index}]`)),
    ...(searches.length > most.searches
      ? [wrong(ofSearches, searches, tooMany(`${most.searches} search paths`))]
      : none),
    ...(searches.join(' ').length > most.characters ? [wrong(ofSearches, searches, longList)] : none),
    ...searches.flatMap((search, index) =>
      search === '.' ? none : each(`${ofSearches}[${index}]`, search.replace(/\.$/, ''), underscoredProblems),
    ),
    ...options.flatMap(({ name }, index) =>
      name ? none : [required(`${field}.options[${index}]`, 'must not be empty')],
    ),
  ];
}

export function hostAliasProblems(aliases: NonNullable<WireSpec['hostAliases']>, path: string): StatusCause[] {
  return aliases.flatMap(({ ip = '', hostnames = [] }, index) => [
    ...ipProblems(ip, `${path}[${index}].ip`),
    ...hostnames.flatMap((name, at) => each(`${path}[${index}].hostnames[${at}]`, name, subdomainProblems)),
  ]);
}
