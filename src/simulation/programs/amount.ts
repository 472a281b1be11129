import { z } from 'zod';

/** `64Mi`, `250m`, `1.5`: as Kubernetes writes quantities. */
export const Quantity = z
  .string()
  .regex(/^\d+(\.\d+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/, 'expected a quantity such as 64Mi or 250m');

/** A number that is fixed, or that a setting decides; a setting that isn't there and has no default means "never". */
export const Amount = z.union([
  z.number().min(0),
  z.strictObject({
    setting: z.string().describe('the environment variable that holds it'),
    default: z.number().min(0).optional().describe('what counts without it; otherwise never'),
  }),
]);
export type Amount = z.infer<typeof Amount>;
