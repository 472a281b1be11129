import type { PolicyRule } from '../../../kubernetes/kinds/access.ts';
import type { Attributes } from './attributes.ts';

/** Whether a rule lets somebody do this. */
export function permits(rule: PolicyRule, attributes: Attributes): boolean {
  if (!holds(rule.verbs, attributes.verb)) return false;
  if (attributes.kind === 'path') return (rule.nonResourceURLs ?? []).some(url => coversPath(url, attributes.path));
  const { group, resource, subresource, name } = attributes;
  const full = subresource === '' ? resource : `${resource}/${subresource}`;
  return (
    holds(rule.apiGroups, group) &&
    (rule.resources ?? []).some(
      one => one === '*' || one === full || (subresource !== '' && one === `*/${subresource}`),
    ) &&
    (!rule.resourceNames?.length || rule.resourceNames.includes(name))
  );
}

function holds(list: readonly string[] | undefined, value: string): boolean {
  return list?.some(one => one === '*' || one === value) === true;
}

function coversPath(url: string, path: string): boolean {
  return url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.replace(/\*+$/, '')));
}

/** What of `wanted` none of `owned` covers, one right a rule. */
export function missingRights(owned: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  return wanted.flatMap(rightsIn).filter(right => !owned.some(rule => covers(rule, right)));
}

function rightsIn({ verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: PolicyRule) {
  const names = resourceNames.length > 0 ? resourceNames.map(name => ({ resourceNames: [name] })) : [{}];
  const onResources = apiGroups.flatMap(group =>
    resources.flatMap(resource =>
      verbs.flatMap(verb => names.map(name => ({ apiGroups: [group], resources: [resource], verbs: [verb], ...name }))),
    ),
  );
  const onPaths = nonResourceURLs.flatMap(url => verbs.map(verb => ({ nonResourceURLs: [url], verbs: [verb] })));
  return [...onResources, ...onPaths] as PolicyRule[];
}

function covers(rule: PolicyRule, right: PolicyRule): boolean {
  if (!holds(rule.verbs, right.verbs[0]!)) return false;
  const path = right.nonResourceURLs?.[0];
  if (path !== undefined) return (rule.nonResourceURLs ?? []).some(url => coversPath(url, path));
  const resource = right.resources![0]!;
  const subresource = resource.split('/')[1];
  const name = right.resourceNames?.[0];
  return (
    holds(rule.apiGroups, right.apiGroups![0]!) &&
    (rule.resources ?? []).some(
      one => one === '*' || one === resource || (subresource && one === `*/${subresource}`),
    ) &&
    (!rule.resourceNames?.length || (name !== undefined && rule.resourceNames.includes(name)))
  );
}

/** Rights on the same things in one rule, as they are shown to people. */
export function compacted(rights: readonly PolicyRule[]): PolicyRule[] {
  const byPlace = new Map<string, PolicyRule>();
  for (const right of rights) {
    const { verbs, ...place } = right;
    const key = JSON.stringify(right.nonResourceURLs ? right : place);
    const known = byPlace.get(key);
    if (!known) byPlace.set(key, { ...place, verbs: [...verbs] });
    else known.verbs = [...new Set([...known.verbs, ...verbs])];
  }
  return [...byPlace.values()];
}

export function ruleText({ apiGroups, resources, nonResourceURLs, resourceNames, verbs }: PolicyRule): string {
  const parts = Object.entries({
    APIGroups: apiGroups,
    Resources: resources,
    NonResourceURLs: nonResourceURLs,
    ResourceNames: resourceNames,
    Verbs: verbs,
  });
  const shown = parts.filter(([, list]) => list?.length).map(([label, list]) => `${label}:${listText(list ?? [])}`);
  return `{${shown.join(', ')}}`;
}

export function listText(list: readonly string[]): string {
  return `[${list.map(text => JSON.stringify(text)).join(' ')}]`;
}
