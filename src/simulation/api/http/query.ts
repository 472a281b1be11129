import { isRecord } from '../../../lib/json.ts';
import type { DeleteOptions, StatusCause } from '../client.ts';
import type { JsonRecord } from '../json.ts';
import { badRequest, invalid } from '../status_error.ts';
import type { WriteOptions } from '../verbs/write.ts';

export function wholeNumber(params: URLSearchParams, name: string): number | undefined {
  const value = integer(params, name);
  if (value === undefined || value >= 0) return value;
  throw badRequest(`strconv.ParseInt: parsing "${value}": invalid syntax`);
}

export function integer(params: URLSearchParams, name: string): number | undefined {
  const text = params.get(name);
  if (text === null || text === '') return undefined;
  if (!/^-?\d{1,15}$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

export function flag(params: URLSearchParams, name: string): boolean {
  const text = params.get(name);
  return text !== null && !['0', 'f', 'false', 'F', 'FALSE', 'False'].includes(text);
}

export type OptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions';

const optionsGroup = { group: 'meta.k8s.io', plural: '' };

/** What a request says about its write, besides its body. `applies`: the patch is a server-side apply. */
export function writeOptions(
  params: URLSearchParams,
  { kind, userAgent = '', applies = false, body = {} }: WriteRequest,
): WriteOptions {
  const inBody: unknown[] = Array.isArray(body['dryRun']) ? body['dryRun'] : [];
  const dryRun = [...params.getAll('dryRun').filter(Boolean), ...inBody];
  const named = params.get('fieldManager') ?? '';
  const force = params.get('force');
  const problems = [
    ...(kind === 'PatchOptions' ? patchProblems(named, force, applies) : []),
    ...managerProblems(named),
    ...dryRunProblems(dryRun),
  ];
  if (problems.length > 0) throw invalid({ ...optionsGroup, kind }, '', problems);
  return {
    manager: named === '' ? managerFrom(userAgent) : named,
    ...(dryRun.length > 0 ? { dryRun: true } : {}),
    ...(force === null ? {} : { force: flag(params, 'force') }),
  };
}

export interface WriteRequest {
  kind: OptionsKind;
  userAgent?: string | undefined;
  applies?: boolean;
  body?: JsonRecord;
}

function patchProblems(named: string, force: string | null, applies: boolean): StatusCause[] {
  const message = 'Required value: is required for apply patch';
  if (applies && named === '') return [{ reason: 'FieldValueRequired', message, field: 'fieldManager' }];
  if (applies || force === null) return [];
  const why = 'Forbidden: may not be specified for non-apply patch';
  return [{ reason: 'FieldValueForbidden', message: why, field: 'force' }];
}

const longestManager = 128;
const unprintable = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;

function managerProblems(named: string): StatusCause[] {
  const field = 'fieldManager';
  const problems: StatusCause[] = [];
  if (Buffer.byteLength(named) > longestManager) {
    const message = `Too long: may not be more than ${longestManager} bytes`;
    problems.push({ reason: 'FieldValueTooLong', message, field });
  }
  for (const [at, character] of [...named].entries()) {
    if (!unprintable.test(character)) continue;
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    const message = `Invalid value: ${JSON.stringify(named)}: invalid character U+${code} (at position ${at})`;
    problems.push({ reason: 'FieldValueInvalid', message, field });
  }
  return problems;
}

function dryRunProblems(asked: readonly unknown[]): StatusCause[] {
  if (asked.every(value => value === 'All')) return [];
  const message = `Unsupported value: ${JSON.stringify(asked)}: supported values: "All"`;
  return [{ reason: 'FieldValueNotSupported', message, field: 'dryRun' }];
}

/** Who doesn't name himself is called by the first word of his User-Agent. */
function managerFrom(userAgent: string): string {
  let name = '';
  for (const character of userAgent.split('/')[0] ?? '') {
    if (unprintable.test(character)) continue;
    if (Buffer.byteLength(name + character) > longestManager) break;
    name += character;
  }
  return name;
}

const policies = ['Foreground', 'Background', 'Orphan'] as const;

/** DeleteOptions come in the body, in the query, or not at all. */
export function deleteOptions(params: URLSearchParams, body: unknown): DeleteOptions & WriteOptions {
  const given = isRecord(body) ? body : {};
  const grace = given['gracePeriodSeconds'] ?? wholeNumber(params, 'gracePeriodSeconds');
  if (grace !== undefined && !Number.isInteger(grace))
    throw badRequest('expected gracePeriodSeconds to be a whole number');
  const wanted = given['propagationPolicy'] ?? (params.get('propagationPolicy') || undefined);
  const orphans =
    given['orphanDependents'] ?? (params.get('orphanDependents') ? flag(params, 'orphanDependents') : undefined);
  const problems = policyProblems(wanted, orphans);
  if (problems.length > 0) throw invalid({ ...optionsGroup, kind: 'DeleteOptions' }, '', problems);
  const policy = policies.find(
    known => known === (wanted ?? (orphans === true ? 'Orphan' : orphans === false ? 'Background' : undefined)),
  );
  return {
    ...writeOptions(params, { kind: 'DeleteOptions', body: given }),
    ...(typeof grace === 'number' ? { gracePeriodSeconds: grace } : {}),
    ...(policy ? { propagationPolicy: policy } : {}),
    preconditions: preconditionsIn(given['preconditions']),
  };
}

function policyProblems(wanted: unknown, orphans: unknown): StatusCause[] {
  const field = 'propagationPolicy';
  const value = JSON.stringify(wanted);
  if (wanted === undefined) return [];
  if (orphans !== undefined) {
    const message = `Invalid value: ${value}: orphanDependents and deletionPropagation cannot be both set`;
    return [{ reason: 'FieldValueInvalid', message, field }];
  }
  if (policies.some(known => known === wanted)) return [];
  const supported = [...policies, 'nil'].map(known => JSON.stringify(known)).join(', ');
  const message = `Unsupported value: ${value}: supported values: ${supported}`;
  return [{ reason: 'FieldValueNotSupported', message, field }];
}

function preconditionsIn(given: unknown): NonNullable<DeleteOptions['preconditions']> {
  if (!isRecord(given)) return {};
  const { uid, resourceVersion } = given;
  return {
    ...(typeof uid === 'string' ? { uid } : {}),
    ...(typeof resourceVersion === 'string' ? { resourceVersion } : {}),
  };
}
