import type { z } from 'zod';
import type { KubeObject } from '../../kubernetes/objects.ts';
import { dropNulls } from './json.ts';
import { badRequest } from './status_error.ts';

/** Takes `value`, which nobody else may hold, as an object of this shape; throws 400 when it isn't one. */
export function decode(value: unknown, shape: z.ZodType, kind: { kind: string; version: string }): KubeObject {
  const parsed = shape.safeParse(dropNulls(value));
  if (parsed.success) return value as KubeObject;
  const issue = parsed.error.issues[0];
  const where = issue?.path.join('.') || 'the body';
  const what = `${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}`;
  throw badRequest(`${what}: ${where}: ${issue?.message ?? 'unexpected value'}`);
}
