import { z } from 'zod';

const text = z.string().min(1);
const seconds = z.int().min(1).max(86_400);
const url = z
  .url({ protocol: /^https?$/, error: 'an http or https URL' })
  .refine(given => !/\/\/[^/]*@/.test(given), 'a URL without user and password (they have keys of their own)');

export const Alertmanager = z.strictObject({
  url: url.optional().describe('its API, up to where /api/v2 begins: http://alertmanager:9093'),
  urls: z.array(url).default([]).describe('the same for each replica; all that send alerts here have to be named'),
  receiver: text
    .optional()
    .describe('only alerts that it routes to this receiver are taken in and closed; all of them when left out'),
  everySeconds: seconds.default(180).describe('pause between two looks'),
  settlingSeconds: seconds
    .default(300)
    .describe(
      'how long it may take until it has been sent all alerts again; for so long an alert must be gone to be closed',
    ),
  timeoutSeconds: z.int().min(1).max(300).default(10).describe('longest wait for its answer'),
  token: text.optional().describe('bearer token to show it; tokenFile keeps it out of the configuration'),
  tokenFile: text.optional().describe('file that holds the token; read anew when it changes'),
  user: z
    .string()
    .regex(/^[^:\p{Cc}]+$/u, 'a name without colons')
    .optional()
    .describe('for basic auth'),
  password: text.optional().describe('for basic auth; passwordFile keeps it out of the configuration'),
  passwordFile: text.optional().describe('file that holds the password; read anew when it changes'),
  caFile: text
    .optional()
    .describe("PEM file of the CAs that its certificate may come from; the system's when left out"),
});
