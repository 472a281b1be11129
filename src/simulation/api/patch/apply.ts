import type { ObjectPatch } from '../client.ts';
import { badRequest, unprocessable } from '../status_error.ts';
import { JsonPatchProblem, jsonPatch } from './json.ts';
import { mergePatch } from './merge.ts';
import { StrategicPatchProblem, strategicMergePatch } from './strategic.ts';

/** A patch that changes what is there; server-side apply is more than that. */
export type MergingPatch = ObjectPatch & { type: Exclude<ObjectPatch['type'], 'apply'> };

const patchers: Readonly<Record<MergingPatch['type'], (target: unknown, patch: unknown) => unknown>> = {
  json: jsonPatch,
  merge: mergePatch,
  strategic: strategicMergePatch,
};

/** What `target` would be with the patch; refusals are those of a real server. */
export function applyPatch(target: object, patch: MergingPatch): unknown {
  try {
    return patchers[patch.type](target, patch.body);
  } catch (problem) {
    if (problem instanceof JsonPatchProblem) throw problem.malformed ? badRequest(problem.message) : unprocessable();
    if (problem instanceof StrategicPatchProblem) throw badRequest(problem.message);
    throw problem;
  }
}
