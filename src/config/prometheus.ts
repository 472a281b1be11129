import { z } from 'zod';

const text = z.string().min(1);

export const Prometheus = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'an http or https URL' })
    .refine(given => !/\/\/[^/]*@/.test(given), 'a URL without user and password (a token has a place: tokenFile)')
    .optional()
    .describe('its API, up to where /api/v1 begins: http://prometheus:9090; without it no query is offered'),
  tokenFile: text.optional().describe('file of a bearer token to show it; read anew when it changes'),
  caFile: text
    .optional()
    .describe("PEM file of the CAs that its certificate may come from; the system's when left out"),
  timeoutSeconds: z.int().min(1).max(120).default(10).describe('longest wait for the answer to one query'),
});
