import type { StatusCause } from '../client.ts';
import { badRequest, invalid, unexplained } from '../status_error.ts';
import { invalidVersion, type ListQuery } from '../verbs/read.ts';
import { flag, wholeNumber } from './query.ts';

/** What a list or a watch is asked for. */
export function listQuery(params: URLSearchParams): ListQuery {
  const match = params.get('resourceVersionMatch') || undefined;
  const query: ListQuery = {
    labelSelector: params.get('labelSelector') ?? undefined,
    fieldSelector: params.get('fieldSelector') ?? undefined,
    limit: limitIn(params),
    continue: params.get('continue') ?? undefined,
    resourceVersion: params.get('resourceVersion') || undefined,
    resourceVersionMatch: match === 'Exact' || match === 'NotOlderThan' ? match : undefined,
  };
  const problems = flag(params, 'watch') ? watchProblems(params, match) : listProblems(params, match);
  if (problems.length > 0) throw invalid({ group: 'meta.k8s.io', plural: '', kind: 'ListOptions' }, '', problems);
  requireVersion(params, query);
  return query;
}

/** As many as there are is also what a negative limit asks for. */
function limitIn(params: URLSearchParams): number | undefined {
  return /^-\d{1,15}$/.test(params.get('limit') ?? '') ? undefined : wholeNumber(params, 'limit');
}

function requireVersion(params: URLSearchParams, { resourceVersion }: ListQuery): void {
  if (resourceVersion === undefined || /^\d+$/.test(resourceVersion)) return;
  const why = invalidVersion(resourceVersion);
  throw flag(params, 'watch') ? unexplained(why) : badRequest(`invalid resource version: ${why}`);
}

const matchField = 'resourceVersionMatch';

function forbidden(field: string, why: string): StatusCause {
  return { reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field };
}

function unsupported(match: string, supported: string): StatusCause {
  const message = `Unsupported value: ${JSON.stringify(match)}: supported values: ${supported}`;
  return { reason: 'FieldValueNotSupported', message, field: matchField };
}

function listProblems(params: URLSearchParams, match: string | undefined): StatusCause[] {
  const version = params.get('resourceVersion') ?? '';
  const problems: StatusCause[] = [];
  if (match !== undefined) {
    if (version === '') {
      problems.push(forbidden(matchField, `${matchField} is forbidden unless resourceVersion is provided`));
    }
    if (params.get('continue')) {
      problems.push(forbidden(matchField, `${matchField} is forbidden when continue is provided`));
    }
    if (match !== 'Exact' && match !== 'NotOlderThan') {
      problems.push(unsupported(match, '"Exact", "NotOlderThan", ""'));
    }
    if (match === 'Exact' && version === '0') {
      problems.push(forbidden(matchField, `${matchField} "exact" is forbidden for resourceVersion "0"`));
    }
  }
  if (params.has('sendInitialEvents')) {
    problems.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  return problems;
}

function watchProblems(params: URLSearchParams, match: string | undefined): StatusCause[] {
  const problems: StatusCause[] = [];
  const sends = params.has('sendInitialEvents');
  if (sends && match !== 'NotOlderThan') {
    problems.push(forbidden(matchField, `sendInitialEvents requires setting ${matchField} to NotOlderThan`));
  }
  if (match === undefined) return problems;
  if (!sends) {
    problems.push(forbidden(matchField, `${matchField} is forbidden for watch unless sendInitialEvents is provided`));
  }
  if (match !== 'NotOlderThan') problems.push(unsupported(match, '"NotOlderThan"'));
  if (params.get('continue')) {
    problems.push(forbidden(matchField, `${matchField} is forbidden when continue is provided`));
  }
  return problems;
}
