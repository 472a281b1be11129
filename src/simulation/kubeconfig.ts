import { parse, stringify } from 'yaml';
import { z } from 'zod';

const name = 'embedded';

/** What kubectl and other clients need to find the cluster. Loopback only, so there is nothing to prove. */
export function kubeconfigFor(url: string, namespace: string): string {
  const config: z.infer<typeof Kubeconfig> = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: url } }],
    users: [{ name, user: {} }],
    contexts: [{ name, context: { cluster: name, user: name, namespace } }],
    'current-context': name,
  };
  return stringify(config);
}

const ours = z.literal(name);

/** Exactly what we write: whatever else somebody keeps in the file would be lost with it. */
const Kubeconfig = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('Config'),
  clusters: z.tuple([z.strictObject({ name: ours, cluster: z.strictObject({ server: z.string() }) })]),
  users: z.tuple([z.strictObject({ name: ours, user: z.strictObject({}) })]),
  contexts: z.tuple([
    z.strictObject({ name: ours, context: z.strictObject({ cluster: ours, user: ours, namespace: z.string() }) }),
  ]),
  'current-context': ours,
});

/** Whether a file leads to an embedded cluster and holds nothing else, so that nobody misses it. */
export function isEmbeddedKubeconfig(text: string): boolean {
  try {
    return Kubeconfig.safeParse(parse(text)).success;
  } catch {
    return false;
  }
}
