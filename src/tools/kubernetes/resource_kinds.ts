import type { ServedResource } from '../../kubernetes/discovery.ts';
import { nearest } from '../../lib/nearest.ts';
import type { Senses } from './tool.ts';

export type FoundKind = { kind: 'found'; resource: ServedResource } | { kind: 'no'; says: string };

/** The kind that somebody means: by plural, singular, kind or short name, with its group or without. */
export async function findKind(given: string, { discovery, signal }: Senses): Promise<FoundKind> {
  const wanted = given.trim().toLowerCase();
  if (isSecret(wanted)) return refusedSecret;
  if (!discovery) return { kind: 'no', says: 'What kinds there are is not known here.' };
  const known = await discovery.served(signal);
  const found = pick(wanted, known) ?? pick(wanted, await discovery.served(signal, true));
  if (!found) {
    const meant = nearest(wanted, known.flatMap(namesOf));
    return { kind: 'no', says: `This cluster has no kind "${given}"${meant ? `; did you mean ${meant}?` : '.'}` };
  }
  if (isSecret(found.plural) || isSecret(found.kind.toLowerCase())) return refusedSecret;
  const missing = ['get', 'list'].find(verb => !found.verbs.includes(verb));
  if (missing)
    return { kind: 'no', says: `${found.kind} is nothing that can be read (the API has no ${missing} for it).` };
  return { kind: 'found', resource: found };
}

const refusedSecret: FoundKind = {
  kind: 'no',
  says: 'Secrets are never read here: their values must not reach a model. get_config tells their names, keys and age.',
};

function isSecret(name: string): boolean {
  return /^secrets?($|\.)/.test(name);
}

function namesOf({ plural, singular, kind, shortNames }: ServedResource): string[] {
  return [plural, singular || kind.toLowerCase(), kind.toLowerCase(), ...shortNames];
}

/** "deploy", "Deployment", "deployments.apps", "deployment.v1.apps"; of several the first, which is the core's own. */
function pick(wanted: string, known: readonly ServedResource[]): ServedResource | undefined {
  const [name = '', ...rest] = wanted.split('.');
  const group = rest.join('.').replace(/^v\d[a-z0-9]*(\.|$)/, '');
  return known.find(each => namesOf(each).includes(name) && (group === '' || each.group === group));
}
