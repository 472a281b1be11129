import { z } from 'zod';

/** What answers are made of, by the name that it has in the description. Adding one here makes it a component there. */
export const components = z.registry<{ id: string }>();

export const Instant = z.string().meta({ format: 'date-time' });

export const ErrorAnswer = z
  .object({
    error: z.object({
      code: z.string().describe('For programs: it does not change.'),
      message: z.string().describe('For people: what was expected, and what was found.'),
    }),
  })
  .register(components, { id: 'Error' });
