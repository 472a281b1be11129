import { parse, stringify } from 'yaml';
import { z } from 'zod';

const name = 'embedded';

/** How a cluster proves who it is, and who is its master. */
export interface Secured {
  key: string;
  certificate: string;
  token: string;
}

/** What kubectl and other clients need to find the cluster. One that isn't secured asks for nothing. */
export function kubeconfigFor(url: string, namespace: string, secured?: Secured): string {
  const authority = secured && { 'certificate-authority-data': Buffer.from(secured.certificate).toString('base64') };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: url, ...authority } }],
    users: [{ name, user: secured ? { token: secured.token } : {} }],
    contexts: [{ name, context: { cluster: name, user: name, namespace } }],
    'current-context': name,
  };
  return stringify(config);
}

const ours = z.literal(name);

/** Exactly what we write: whatever else somebody keeps in the file would be lost with it. */
const form = (cluster: z.ZodType, user: z.ZodType) =>
  z.strictObject({
    apiVersion: z.literal('v1'),
    kind: z.literal('Config'),
    clusters: z.tuple([z.strictObject({ name: ours, cluster })]),
    users: z.tuple([z.strictObject({ name: ours, user })]),
    contexts: z.tuple([
      z.strictObject({ name: ours, context: z.strictObject({ cluster: ours, user: ours, namespace: z.string() }) }),
    ]),
    'current-context': ours,
  });

const Kubeconfig = z.union([
  form(z.strictObject({ server: z.string() }), z.strictObject({})),
  form(
    z.strictObject({ server: z.string(), 'certificate-authority-data': z.string() }),
    z.strictObject({ token: z.string() }),
  ),
]);

/** Whether a file leads to an embedded cluster and holds nothing else, so that nobody misses it. */
export function isEmbeddedKubeconfig(text: string): boolean {
  try {
    return Kubeconfig.safeParse(parse(text)).success;
  } catch {
    return false;
  }
}
