import { z } from 'zod';

const msPerUnit: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000 };

/** `30s`, `10m` or `6h`, as milliseconds. */
export const Duration = z
  .string()
  .regex(/^\d+(\.\d+)?[smh]$/, 'expected a duration such as 30s, 10m or 6h')
  .transform(text => Number.parseFloat(text) * (msPerUnit[text.at(-1) ?? ''] ?? 0));
