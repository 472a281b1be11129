import type { KubeObject } from '../../../kubernetes/objects.ts';
import { ApiError, type ObjectPatch } from '../client.ts';
import type { Expected } from '../decode.ts';
import { schemaOf } from '../schema/kubernetes.ts';
import type { Misfit } from '../schema/scalars.ts';
import { anything } from '../schema/schema.ts';
import { badRequest, failure, unprocessable } from '../status_error.ts';
import { goText } from './go_text.ts';
import { JsonPatchProblem, jsonPatch } from './json.ts';
import { mergePatch } from './merge.ts';
import { strategicMergePatch } from './strategic.ts';
import { StrategicPatchProblem } from './strategic_problem.ts';

/** A patch that changes what is there; server-side apply is more than that. */
export type MergingPatch = ObjectPatch & { type: Exclude<ObjectPatch['type'], 'apply'> };

/** An object that a client wants, and how to refuse it when it can't be decoded. */
export interface Wanted {
  value: unknown;
  refuse?: (why: string, misfit?: Misfit) => ApiError;
}

/** What `target` would be with the patch; refusals are those of a real server. */
export function applyPatch(target: object, patch: MergingPatch, type: Expected): Wanted {
  const value = patched(target, patch, type);
  if (patch.type !== 'strategic') {
    const shown = JSON.stringify(value);
    return { value, refuse: why => refusal(shown, why) };
  }
  return { value, refuse: (why, misfit) => refusal(goText(patch.body), misfit ? converterProblem(misfit) : why) };
}

function patched(target: object, { type, body }: MergingPatch, expected: Expected): unknown {
  try {
    if (type === 'json') return jsonPatch(target, body);
    if (type === 'merge') return mergePatch(target, body);
    const { apiVersion, kind } = target as KubeObject;
    return {
      ...strategicMergePatch(target, body, expected.schema ?? schemaOf(expected) ?? anything),
      apiVersion,
      kind,
    };
  } catch (problem) {
    if (problem instanceof JsonPatchProblem) throw problem.malformed ? badRequest(problem.message) : unprocessable();
    if (problem instanceof StrategicPatchProblem) throw strategicRefusal(problem);
    throw problem;
  }
}

function strategicRefusal({ message, code }: StrategicPatchProblem): ApiError {
  if (code === 400) return badRequest(message);
  return new ApiError({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code });
}

function refusal(shown: string, why: string): ApiError {
  const message = `Invalid value: ${JSON.stringify(shown)}: ${why}`;
  return failure(422, 'Invalid', ` "" is invalid: patch: ${message}`, {
    causes: [{ reason: 'FieldValueInvalid', message, field: 'patch' }],
  });
}

/** A strategic merge patch goes another way into Go's types than JSON does, and its problems have other names. */
function converterProblem({ message, goType }: Misfit): string {
  if (goType === undefined) return message;
  const kinds: Record<string, string> = { array: 'slice', object: 'map', bool: 'bool', string: 'string' };
  const kind = kinds[message] ?? (/[.e]/.test(message) ? 'float64' : 'int64');
  if (goType.startsWith('[]')) return `cannot restore slice from ${kind}`;
  if (goType.startsWith('map[') || goType === 'v1.ResourceList') return `cannot restore map from ${kind}`;
  if (/^v\d\w*\.[A-Z]/.test(goType)) return `cannot restore struct from: ${kind}`;
  return kind === 'float64' ? `cannot convert float64 to ${goType}` : `unrecognized type: ${goType}`;
}
