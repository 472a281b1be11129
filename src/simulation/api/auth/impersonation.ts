import type { IncomingHttpHeaders } from 'node:http';
import { internal } from '../status_error.ts';
import { accountGroups } from './account_tokens.ts';
import type { Attributes, ResourceAttributes } from './attributes.ts';
import { anonymous, authenticatedGroup, type User } from './user.ts';

const extraPrefix = 'impersonate-extra-';

/** Whom a user who may act as somebody else asks to be taken for. `require` throws where they may not. */
export function impersonated(
  user: User,
  headers: IncomingHttpHeaders,
  require: (attributes: Attributes) => void,
): User {
  const name = valuesOf(headers, 'impersonate-user')[0];
  const groups = valuesOf(headers, 'impersonate-group');
  const uid = valuesOf(headers, 'impersonate-uid')[0];
  const extra = extraIn(headers);
  if (name === undefined) {
    if (groups.length + extra.length === 0 && uid === undefined) return user;
    throw internal('requested impersonation of a group, uid or extra without impersonating a user');
  }
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name);
  if (account) require(asking({ resource: 'serviceaccounts', namespace: account[1]!, name: account[2]! }));
  else require(asking({ resource: 'users', name }));
  for (const group of groups) require(asking({ resource: 'groups', name: group }));
  const group = 'authentication.k8s.io';
  for (const [key, value] of extra) require(asking({ group, resource: 'userextras', subresource: key, name: value }));
  if (uid !== undefined) require(asking({ group, resource: 'uids', name: uid }));
  return {
    name,
    ...(uid === undefined ? {} : { uid }),
    groups: groupsOf(name, groups, account?.[1]),
    ...(extra.length > 0 ? { extra: gathered(extra) } : {}),
  };
}

function asking(given: Partial<ResourceAttributes> & { resource: string; name: string }): ResourceAttributes {
  return { kind: 'resource', verb: 'impersonate', group: '', subresource: '', namespace: '', ...given };
}

/** Everybody with a name is authenticated; an account has its groups unless others were asked for. */
function groupsOf(name: string, groups: readonly string[], namespace: string | undefined): string[] {
  if (namespace !== undefined && groups.length === 0) return accountGroups(namespace);
  if (name === anonymous.name) return groups.length > 0 ? [...groups] : [...anonymous.groups];
  return [...new Set([...groups, authenticatedGroup])];
}

function valuesOf(headers: IncomingHttpHeaders, key: string): string[] {
  const value = headers[key];
  const list = Array.isArray(value) ? value : (value?.split(', ') ?? []);
  return list.filter(one => one !== '');
}

function extraIn(headers: IncomingHttpHeaders): [string, string][] {
  const keys = Object.keys(headers).filter(key => key.startsWith(extraPrefix));
  return keys.flatMap(key =>
    valuesOf(headers, key).map((value): [string, string] => [decodeURIComponent(key.slice(extraPrefix.length)), value]),
  );
}

function gathered(pairs: readonly [string, string][]): Record<string, string[]> {
  const all: Record<string, string[]> = {};
  for (const [key, value] of pairs) all[key] = [...(all[key] ?? []), value];
  return all;
}
