import { z } from 'zod';

const text = z.string().min(1);

const token = z.string().regex(/^[\x21-\x7e]+$/, 'printable ASCII characters without spaces');

const User = z.strictObject({
  name: z.string().regex(/^[^:\p{Cc}]+$/u, 'a name without colons'),
  password: z
    .string()
    .regex(/^\P{Cc}+$/u, 'printable characters')
    .optional(),
  passwordFile: text.optional(),
});

const credentials = (who: string) => ({
  token: token.optional().describe(`bearer token of ${who}; tokenFile keeps it out of the configuration`),
  tokens: z.array(token).default([]).describe('further tokens that are good too, while callers change over'),
  tokenFile: text.optional().describe('file of tokens, one a line, all good; it is read anew when it changes'),
  tokenFiles: z.array(text).default([]).describe('further such files'),
  users: z.array(User).default([]).describe('basic auth: a password, or a passwordFile of them, one a line, for each'),
});

export const Auth = z.strictObject({
  ...credentials('those who may do everything'),
  webhook: z
    .strictObject(credentials('those who may only deliver alerts, such as Alertmanager'))
    .prefault({})
    .describe('who may deliver alerts and do nothing else'),
  anonymous: z
    .boolean()
    .default(false)
    .describe('lets everybody in without showing anything, also beyond loopback; they can approve plans too'),
});

export const Tls = z.strictObject({
  certFile: text.describe('PEM file of the certificate, with its chain; read anew when it changes'),
  keyFile: text.describe('PEM file of its private key, without passphrase'),
  clientCaFile: text.optional().describe('PEM file of the CAs whose certificates callers must show'),
});

const rate = (calls: string, { perSecond, burst, beyond }: { perSecond: number; burst: number; beyond: string }) =>
  z
    .strictObject({
      perSecond: z
        .int()
        .min(1)
        .max(1_000_000)
        .default(perSecond)
        .describe(`${calls} of one address a second, in the long run; ${beyond}`),
      burst: z.int().min(1).max(1_000_000).default(burst).describe(`${calls} of one address at once`),
    })
    .prefault({})
    .describe(`how many ${calls} one address may make`);

export const Limits = z.strictObject({
  webhook: rate('deliveries of alerts', {
    perSecond: 50,
    burst: 200,
    beyond: 'further ones are answered 503, so that they are sent again',
  }),
  api: rate('other calls', { perSecond: 20, burst: 200, beyond: 'further ones are answered 429' }),
  failedLoginsPerMinute: z
    .int()
    .min(1)
    .max(10_000)
    .default(30)
    .describe('calls of one address that show nothing good, before they are answered 429 instead of 401'),
  connections: z
    .int()
    .min(10)
    .max(100_000)
    .default(1000)
    .describe('connections that are open at once at most; half of them from one address'),
});
