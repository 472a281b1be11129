import type { ObjectPatch } from '../client.ts';
import { badRequest, unprocessable } from '../status_error.ts';
import { JsonPatchProblem, jsonPatch } from './json.ts';
import { mergePatch } from './merge.ts';
import { StrategicPatchProblem, strategicMergePatch } from './strategic.ts';

const patchers: Readonly<Record<ObjectPatch['type'], (target: unknown, patch: unknown) => unknown>> = {
  json: jsonPatch,
  merge: mergePatch,
  strategic: strategicMergePatch,
};

/** What `target` would be with the patch; refusals are those of a real server. */
export function applyPatch(target: object, patch: ObjectPatch): unknown {
  try {
    return patchers[patch.type](target, patch.body);
  } catch (problem) {
    if (problem instanceof JsonPatchProblem) throw problem.malformed ? badRequest(problem.message) : unprocessable();
    if (problem instanceof StrategicPatchProblem) throw badRequest(problem.message);
    throw problem;
  }
}
