import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { failure } from '../status_error.ts';
import type { AccountTokens } from './account_tokens.ts';
import { type Attributes, refusal } from './attributes.ts';
import type { Authorizer } from './authorizer.ts';
import { impersonated } from './impersonation.ts';
import { anonymous, authenticatedGroup, mastersGroup, type User } from './user.ts';

/** A secret, and whom it stands for. */
export interface UserToken {
  token: string;
  user: string;
  uid?: string;
  groups?: readonly string[];
}

/** The door: who asks, and whether they may. */
export interface Access {
  /** Throws 401 for credentials that nobody has, 403 for somebody else's name without the right to it. */
  userOf(headers: IncomingHttpHeaders): User;
  /** `undefined` when the token is nobody's. */
  userWith(token: string): User | undefined;
  /** Throws 403. */
  require(user: User, attributes: Attributes): void;
  authorizer: Authorizer;
  tokens: AccountTokens;
}

/** Without tokens of its own a server takes everybody for its master. */
const everybody: User = { name: 'kubernetes-admin', groups: [mastersGroup, authenticatedGroup] };

export function createAccess(deps: {
  authorizer: Authorizer;
  accountTokens: AccountTokens;
  tokens: readonly UserToken[] | undefined;
}): Access {
  const { authorizer, accountTokens, tokens } = deps;
  const known = (tokens ?? []).map(given => ({ digest: digestOf(given.token), user: userFrom(given) }));

  function userWith(token: string): User | undefined {
    const digest = digestOf(token);
    return known.find(one => timingSafeEqual(one.digest, digest))?.user ?? accountTokens.userOf(token);
  }

  function bearerOf({ authorization }: IncomingHttpHeaders): User {
    const token = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    const user = token === undefined ? undefined : userWith(token);
    if (user) return user;
    if (tokens === undefined) return everybody;
    if (authorization === undefined || token === undefined) return anonymous;
    throw failure(401, 'Unauthorized', 'Unauthorized');
  }

  function require(user: User, attributes: Attributes): void {
    const { allowed, reason } = authorizer.decide(user, attributes);
    if (!allowed) throw refusal(user, attributes, reason);
  }

  return {
    userOf(headers) {
      const user = bearerOf(headers);
      return impersonated(user, headers, attributes => require(user, attributes));
    },
    userWith,
    require,
    authorizer,
    tokens: accountTokens,
  };
}

function userFrom({ user: name, uid, groups = [] }: UserToken): User {
  return { name, ...(uid === undefined ? {} : { uid }), groups: [...new Set([...groups, authenticatedGroup])] };
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
