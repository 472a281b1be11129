import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../../lib/clock.ts';
import { hashOf } from '../../../lib/hash.ts';
import { isRecord } from '../../../lib/json.ts';
import type { Registry } from '../resources.ts';
import type { Store } from '../store.ts';
import { authenticatedGroup, type User } from './user.ts';

export const issuer = 'https://kubernetes.default.svc.cluster.local';

interface Claims {
  aud: string[];
  exp: number;
  iat: number;
  iss: string;
  jti: string;
  'kubernetes.io': {
    namespace: string;
    serviceaccount: { name: string; uid: string };
    pod?: { name: string; uid: string };
  };
  nbf: number;
  sub: string;
}

export interface TokenWish {
  namespace: string;
  name: string;
  uid: string;
  audiences: string[];
  expirationSeconds: number;
  pod?: { name: string; uid: string };
}

/** Signs tokens for service accounts, and knows them again: whoever holds one acts as the account. */
export interface AccountTokens {
  issue(wish: TokenWish): { token: string; expiresAt: number };
  /** `undefined` when the token isn't one of ours, or no longer good. */
  userOf(token: string): User | undefined;
}

/** The same secret and the same requests at the same time give the same tokens. */
export function createAccountTokens(deps: {
  store: Store;
  registry: Registry;
  clock: Clock;
  secret: string;
}): AccountTokens {
  const { store, registry, clock, secret } = deps;
  const accounts = registry.find('serviceaccounts')!;
  const pods = registry.find('pods')!;

  function signature(text: string): Buffer {
    return createHmac('sha256', secret).update(text).digest();
  }

  function claimsIn(token: string): Claims | undefined {
    const [header = '', body = '', signed = '', ...more] = token.split('.');
    const given = Buffer.from(signed, 'base64url');
    const expected = signature(`${header}.${body}`);
    if (more.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    const claims: unknown = JSON.parse(Buffer.from(body, 'base64url').toString());
    return isRecord(claims) ? (claims as unknown as Claims) : undefined;
  }

  function isThere({ 'kubernetes.io': { namespace, serviceaccount, pod } }: Claims): boolean {
    const account = store.get(accounts, namespace, serviceaccount.name);
    if (account?.metadata.uid !== serviceaccount.uid) return false;
    return !pod || store.get(pods, namespace, pod.name)?.metadata.uid === pod.uid;
  }

  return {
    issue({ namespace, name, uid, audiences, expirationSeconds, pod }) {
      const iat = Math.floor(clock.now() / 1000);
      const exp = iat + expirationSeconds;
      const bound = { namespace, serviceaccount: { name, uid }, ...(pod ? { pod } : {}) };
      const id = hashOf({ bound, audiences, exp, iat }, 32);
      const jti = [id.slice(0, 8), id.slice(8, 12), id.slice(12, 16), id.slice(16, 20), id.slice(20)].join('-');
      const sub = `system:serviceaccount:${namespace}:${name}`;
      const claims: Claims = { aud: audiences, exp, iat, iss: issuer, jti, 'kubernetes.io': bound, nbf: iat, sub };
      const text = `${encoded({ alg: 'HS256', kid: 'embedded' })}.${encoded(claims)}`;
      return { token: `${text}.${signature(text).toString('base64url')}`, expiresAt: exp * 1000 };
    },
    userOf(token) {
      const claims = claimsIn(token);
      if (!claims || claims.exp * 1000 <= clock.now() || !claims.aud.includes(issuer) || !isThere(claims))
        return undefined;
      const { namespace, serviceaccount, pod } = claims['kubernetes.io'];
      return {
        name: claims.sub,
        uid: serviceaccount.uid,
        groups: accountGroups(namespace),
        extra: {
          'authentication.kubernetes.io/credential-id': [`JTI=${claims.jti}`],
          ...(pod
            ? {
                'authentication.kubernetes.io/pod-name': [pod.name],
                'authentication.kubernetes.io/pod-uid': [pod.uid],
              }
            : {}),
        },
      };
    },
  };
}

export function accountGroups(namespace: string): string[] {
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, authenticatedGroup];
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
