import type { Secret, ServiceAccount } from '../../kubernetes/kinds/access.ts';
import type { Pod } from '../../kubernetes/objects.ts';
import { isRecord } from '../../lib/json.ts';
import type { ApiClient } from '../api/client.ts';
import type { PodRecord } from './pod_record.ts';

export interface Credential {
  username: string;
  password: string;
}

/** The credentials that a pod has for a repository: of its own secrets, or of its service account's. */
export async function credentialsFor(client: ApiClient, pod: Pod, repository: string): Promise<Credential[]> {
  const { namespace = '' } = pod.metadata;
  const found: Credential[] = [];
  for (const name of await secretNames(client, pod)) {
    const secret = await client.get<Secret>('secrets', name, namespace);
    // A secret that isn't there is only missed: perhaps the image can be pulled without it.
    if (secret) found.push(...credentialsIn(secret, repository));
  }
  return found;
}

/** Says which of the secrets that the pod names aren't there, whenever the kubelet looks. */
export async function complainOfPullSecrets(record: PodRecord): Promise<void> {
  const { node, pod } = record;
  const missing: string[] = [];
  for (const { name = '' } of pod.spec.imagePullSecrets ?? []) {
    if (name !== '' && !(await node.client.get('secrets', name, pod.metadata.namespace ?? ''))) missing.push(name);
  }
  record.lacksPullSecrets = missing.length > 0;
  if (missing.length === 0) return;
  const message = `Unable to retrieve some image pull secrets (${missing.join(', ')}); attempting to pull the image may not succeed.`;
  node.events.record(pod, { type: 'Warning', reason: 'FailedToRetrieveImagePullSecret', message });
}

async function secretNames(client: ApiClient, { metadata, spec }: Pod): Promise<string[]> {
  const named = (spec.imagePullSecrets ?? []).flatMap(({ name }) => name ?? []);
  if (named.length > 0) return named;
  const account = await client.get<ServiceAccount>(
    'serviceaccounts',
    spec.serviceAccountName ?? 'default',
    metadata.namespace ?? '',
  );
  return (account?.imagePullSecrets ?? []).flatMap(({ name }) => name ?? []);
}

function credentialsIn({ data = {} }: Secret, repository: string): Credential[] {
  const registries = registriesIn(data['.dockerconfigjson'], data['.dockercfg']);
  return Object.entries(registries).flatMap(([registry, entry]) => {
    if (!isRecord(entry) || !covers(registry, repository)) return [];
    const { username, password, auth } = entry;
    if (typeof username === 'string' && typeof password === 'string') return [{ username, password }];
    const [user, ...rest] = typeof auth === 'string' ? Buffer.from(auth, 'base64').toString('utf8').split(':') : [];
    return user === undefined || rest.length === 0 ? [] : [{ username: user, password: rest.join(':') }];
  });
}

function registriesIn(newForm: string | undefined, oldForm: string | undefined): Record<string, unknown> {
  const whole = parse(newForm);
  const auths = whole?.['auths'];
  if (isRecord(auths)) return auths;
  return parse(oldForm) ?? {};
}

function parse(base64: string | undefined): Record<string, unknown> | undefined {
  if (base64 === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** `https://registry.example/v1/` is for all of it, `registry.example/team` for what lies below. */
function covers(registry: string, repository: string): boolean {
  const place = registry.replace(/^https?:\/\//, '').replace(/\/(v1|v2)?\/?$/, '');
  return repository === place || repository.startsWith(`${place}/`);
}
