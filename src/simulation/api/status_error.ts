import { ApiError, type Status, type StatusCause } from './client.ts';

/** The parts of a resource that its errors speak of. */
export interface Named {
  group: string;
  plural: string;
  kind: string;
}

type Details = NonNullable<Status['details']>;

/** `deployments.apps`, and plain `pods` in the core group. */
export function qualifiedName(resource: { group: string; plural: string }): string {
  return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
}

export function failure(code: number, reason: string, message: string, details?: Details): ApiError {
  return new ApiError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    ...(details ? { details } : {}),
    code,
  });
}

export function notFound(resource: Named, name: string): ApiError {
  return failure(404, 'NotFound', `${qualifiedName(resource)} "${name}" not found`, detailsOf(resource, name));
}

export function noSuchResource(): ApiError {
  return failure(404, 'NotFound', 'the server could not find the requested resource', {});
}

/** A subresource that isn't served: of a custom resource, real servers say that the object isn't there. */
export function noSuchPart(resource: Named & { schema?: unknown }, name: string): ApiError {
  return resource.schema ? notFound(resource, name) : noSuchResource();
}

export function alreadyExists(resource: Named, name: string): ApiError {
  return failure(
    409,
    'AlreadyExists',
    `${qualifiedName(resource)} "${name}" already exists`,
    detailsOf(resource, name),
  );
}

export function conflict(resource: Named, name: string, why: string): ApiError {
  const message = `Operation cannot be fulfilled on ${qualifiedName(resource)} "${name}": ${why}`;
  return failure(409, 'Conflict', message, detailsOf(resource, name));
}

export function staleVersion(resource: Named, name: string): ApiError {
  return conflict(
    resource,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  );
}

export function invalid(resource: Named, name: string, causes: StatusCause[]): ApiError {
  const problems = [...new Set(causes.map(cause => `${cause.field}: ${cause.message}`))];
  const text = problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`;
  const kind = resource.group === '' ? resource.kind : `${resource.kind}.${resource.group}`;
  return failure(422, 'Invalid', `${kind} "${name}" is invalid: ${text}`, {
    ...(name === '' ? {} : { name }),
    ...(resource.group === '' ? {} : { group: resource.group }),
    kind: resource.kind,
    causes,
  });
}

export function badRequest(message: string): ApiError {
  return failure(400, 'BadRequest', message);
}

export function forbidden(resource: Named, name: string, why: string, causes?: StatusCause[]): ApiError {
  return failure(403, 'Forbidden', `${qualifiedName(resource)} "${name}" is forbidden: ${why}`, {
    ...detailsOf(resource, name),
    ...(causes ? { causes } : {}),
  });
}

/** A patch that is well formed but cannot be applied to this object. */
export function unprocessable(): ApiError {
  return failure(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
}

export function methodNotAllowed(): ApiError {
  return failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
}

export function unsupportedMediaType(accepted: readonly string[]): ApiError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  return failure(415, 'UnsupportedMediaType', message);
}

export function tooLarge(limit: number): ApiError {
  return failure(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${limit}`);
}

export function expired(message: string): ApiError {
  return failure(410, 'Expired', message);
}

/** A version that is yet to come; real servers wait a little for it. */
export function tooLargeVersion(asked: number, current: number): ApiError {
  const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
  const message = `Timeout: Too large resource version: ${asked}, current: ${current}`;
  return failure(504, 'Timeout', message, { causes, retryAfterSeconds: 1 });
}

/** What a real server fails at without having a reason for it. */
export function unexplained(message: string): ApiError {
  return new ApiError({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code: 500 });
}

export function internal(message: string): ApiError {
  return failure(500, 'InternalError', `Internal error occurred: ${message}`, {
    causes: [{ reason: 'InternalError', message }],
  });
}

export function success(details: Details): Status {
  const isEmpty = Object.keys(details).length === 0;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    ...(isEmpty ? {} : { details }),
    code: 200,
  };
}

function detailsOf(resource: Named, name: string): Details {
  return { name, ...(resource.group === '' ? {} : { group: resource.group }), kind: resource.plural };
}
