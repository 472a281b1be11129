import type { KubeObject } from '../../../kubernetes/objects.ts';
import { isRecord } from '../../../lib/json.ts';
import { timestamp } from '../../../lib/timestamp.ts';
import { badRequest, invalid, notFound } from '../status_error.ts';
import { wrong } from '../validation/problem.ts';
import { type Backend, existing, type ObjectPlace } from '../verbs/write.ts';
import { type AccountTokens, issuer } from './account_tokens.ts';

const named = { group: 'authentication.k8s.io', plural: 'tokenrequests', kind: 'TokenRequest' };
const shortest = 600;
const longest = 2 ** 32;

interface Wish {
  audiences?: string[];
  expirationSeconds?: number;
  boundObjectRef?: { kind?: string; name?: string; uid?: string };
}

/** What `kubectl create token` asks for. `body` is a TokenRequest. */
export function requestToken(backend: Backend, tokens: AccountTokens, place: ObjectPlace, body: unknown): object {
  const account = existing(backend, place);
  if (!isRecord(body)) throw badRequest('expected an object of kind TokenRequest, got something else');
  const spec: Wish = isRecord(body['spec']) ? body['spec'] : {};
  const { audiences, expirationSeconds = 3600, boundObjectRef } = spec;
  checkDuration(expirationSeconds);
  const wanted = audiences?.length ? audiences : [issuer];
  const { namespace, name } = place;
  const uid = account.metadata.uid ?? '';
  const pod = boundObjectRef?.kind === 'Pod' ? boundPod(backend, namespace, boundObjectRef) : undefined;
  const wish = { namespace, name, uid, audiences: wanted, expirationSeconds, ...(pod ? { pod } : {}) };
  const { token, expiresAt } = tokens.issue(wish);
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, creationTimestamp: timestamp(backend.clock.now()) },
    spec: { audiences: wanted, expirationSeconds, boundObjectRef: boundObjectRef ?? null },
    status: { token, expirationTimestamp: timestamp(expiresAt) },
  };
}

function checkDuration(seconds: number): void {
  const field = 'spec.expirationSeconds';
  if (seconds < shortest) {
    throw invalid(named, '', [wrong(field, seconds, 'may not specify a duration less than 10 minutes')]);
  }
  if (seconds > longest) {
    throw invalid(named, '', [wrong(field, seconds, 'may not specify a duration larger than 2^32 seconds')]);
  }
}

function boundPod(backend: Backend, namespace: string, { name = '', uid }: { name?: string; uid?: string }) {
  const resource = backend.registry.find('pods')!;
  const pod: KubeObject | undefined = backend.store.get(resource, namespace, name);
  if (!pod) throw notFound(resource, name);
  return { name, uid: uid || (pod.metadata.uid ?? '') };
}
