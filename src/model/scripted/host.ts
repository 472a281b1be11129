/** The service of this cluster that a host name means; `undefined` when the host lies outside, or may. */
export function serviceIn(
  host: string,
  namespace: string | undefined,
): { namespace: string; name: string } | undefined {
  const [name = '', place = namespace, kind, ...rest] = host.toLowerCase().split('.');
  if (name === '' || name === 'localhost' || place === undefined) return undefined;
  const isService = kind === 'svc' && ['', 'cluster.local'].includes(rest.join('.'));
  return isService || (kind === undefined && place === namespace) ? { namespace: place, name } : undefined;
}
