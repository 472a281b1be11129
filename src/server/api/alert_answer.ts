import { z } from 'zod';
import { components, Instant } from './answers.ts';
import { nextSchema } from './paging.ts';

const texts = z.record(z.string(), z.string());

/** One firing of an alert, as an incident lists it. */
export const ListedAlert = z
  .object({
    fingerprint: z.string().describe("Alertmanager's name for the set of labels."),
    status: z.enum(['firing', 'resolved']),
    labels: texts,
    annotations: texts,
    startsAt: Instant,
    endsAt: Instant.exactOptional(),
    generatorUrl: z.string().exactOptional(),
    receiver: z.string().describe('The receiver that Alertmanager routed it to.').exactOptional(),
    asOf: Instant.describe('When Alertmanager last heard of it, where its API was asked.').exactOptional(),
    endedBecause: z.string().describe('Why it counts as over, when nobody reported it.').exactOptional(),
  })
  .register(components, { id: 'ListedAlert' });

export const AlertAnswer = z
  .object({
    ...ListedAlert.shape,
    name: z.string().describe('Its alertname; empty when it has none.'),
    incident: z
      .string()
      .describe('The incident that it went to. None for one that had ended before it was heard of.')
      .exactOptional(),
    heardAt: Instant.describe('When what is said here was heard.'),
  })
  .register(components, { id: 'Alert' });
export type AlertAnswer = z.infer<typeof AlertAnswer>;

export const AlertPage = z
  .object({ alerts: z.array(AlertAnswer), next: nextSchema })
  .register(components, { id: 'AlertPage' });

export const RejectedAlert = z
  .object({
    problem: z.string().describe('The field, from the root of the body, and what is wrong with it.'),
    body: z.string().describe('What was sent, shortened and without secrets.'),
    times: z.int().describe('How often the same was sent.'),
    firstAt: Instant,
    lastAt: Instant,
  })
  .register(components, { id: 'RejectedAlert' });
export type RejectedAlert = z.infer<typeof RejectedAlert>;

export const RejectedPage = z
  .object({
    rejected: z.array(RejectedAlert),
    next: nextSchema,
    total: z.int().describe('How many were rejected since the first start; the newest of them are kept.'),
  })
  .register(components, { id: 'RejectedPage' });
