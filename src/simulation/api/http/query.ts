import { isRecord } from '../../../lib/json.ts';
import type { DeleteOptions } from '../client.ts';
import type { JsonRecord } from '../json.ts';
import { badRequest, invalid } from '../status_error.ts';
import type { ListQuery } from '../verbs/read.ts';
import type { WriteOptions } from '../verbs/write.ts';

export function listQuery(params: URLSearchParams): ListQuery {
  return {
    labelSelector: params.get('labelSelector') ?? undefined,
    fieldSelector: params.get('fieldSelector') ?? undefined,
    limit: wholeNumber(params, 'limit'),
    continue: params.get('continue') ?? undefined,
  };
}

export function wholeNumber(params: URLSearchParams, name: string): number | undefined {
  const text = params.get(name);
  if (text === null || text === '') return undefined;
  if (!/^\d{1,15}$/.test(text)) throw badRequest(`expected ${name} to be a whole number, got "${text}"`);
  return Number(text);
}

export function flag(params: URLSearchParams, name: string): boolean {
  const text = params.get(name);
  return text !== null && !['0', 'f', 'false', 'F', 'FALSE', 'False'].includes(text);
}

export function writeOptions(params: URLSearchParams, body: JsonRecord = {}): WriteOptions {
  const inBody: unknown[] = Array.isArray(body['dryRun']) ? body['dryRun'] : [];
  const asked = [...params.getAll('dryRun').filter(Boolean), ...inBody];
  if (asked.some(value => value !== 'All')) {
    const problem = {
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${JSON.stringify(asked[0])}: supported values: "All"`,
      field: 'dryRun',
    };
    throw invalid({ group: 'meta.k8s.io', plural: '', kind: 'Options' }, '', [problem]);
  }
  return asked.length > 0 ? { dryRun: true } : {};
}

const policies = ['Foreground', 'Background', 'Orphan'] as const;

/** DeleteOptions come in the body, in the query, or not at all. */
export function deleteOptions(params: URLSearchParams, body: unknown): DeleteOptions & WriteOptions {
  const given = isRecord(body) ? body : {};
  const grace = given['gracePeriodSeconds'] ?? wholeNumber(params, 'gracePeriodSeconds');
  if (grace !== undefined && !Number.isInteger(grace))
    throw badRequest('expected gracePeriodSeconds to be a whole number');
  const wanted = given['propagationPolicy'] ?? params.get('propagationPolicy') ?? undefined;
  const policy = policies.find(known => known === wanted);
  if (wanted !== undefined && wanted !== '' && !policy)
    throw badRequest(`expected propagationPolicy to be one of ${policies.join(', ')}`);
  return {
    ...writeOptions(params, given),
    ...(typeof grace === 'number' ? { gracePeriodSeconds: grace } : {}),
    ...(policy ? { propagationPolicy: policy } : {}),
    preconditions: preconditionsIn(given['preconditions']),
  };
}

function preconditionsIn(given: unknown): NonNullable<DeleteOptions['preconditions']> {
  if (!isRecord(given)) return {};
  const { uid, resourceVersion } = given;
  return {
    ...(typeof uid === 'string' ? { uid } : {}),
    ...(typeof resourceVersion === 'string' ? { resourceVersion } : {}),
  };
}
