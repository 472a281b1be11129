import { z } from 'zod';
import { Action } from '../actions/catalogue.ts';

const sentence = z.string().trim().min(1).max(1000);

/** What to do: one action, or one of three ways of doing nothing. */
const Step = z.discriminatedUnion('name', [
  ...Action.options,
  z.strictObject({
    name: z.literal('wait').describe('it is recovering by itself; look again after some seconds'),
    seconds: z.int().min(10).max(900),
    reason: sentence,
  }),
  z.strictObject({ name: z.literal('no_action').describe('nothing is wrong'), reason: sentence }),
  z.strictObject({ name: z.literal('escalate').describe('a person has to look at it'), reason: sentence }),
]);

/** The outcome of an investigation. What it claims is checked by the guard, not believed. */
export const Decision = z.strictObject({
  rootCause: z.strictObject({
    summary: sentence,
    object: z.strictObject({
      kind: z.string().max(63),
      namespace: z.string().max(63).optional(),
      name: z.string().max(253),
    }),
  }),
  evidence: z.array(z.strictObject({ id: z.string().max(20), says: sentence })).max(20),
  action: Step,
  considered: z
    .array(z.strictObject({ option: sentence, rejectedBecause: sentence }))
    .max(10)
    .default([]),
});
export type Decision = z.infer<typeof Decision>;

/** The action on the cluster that was decided on; `undefined` for every way of doing nothing. */
export function actionOf({ action }: Decision): Action | undefined {
  return action.name === 'wait' || action.name === 'no_action' || action.name === 'escalate' ? undefined : action;
}
