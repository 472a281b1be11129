import { z } from 'zod';

const dnsLabel = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'expected the name of a Kubernetes object');

/** The object that an action changes. Any kind parses: which ones may be touched is the guard's business. */
export const Target = z.strictObject({
  kind: z.string().min(1).max(63),
  namespace: dnsLabel,
  name: dnsLabel,
});
export type Target = z.infer<typeof Target>;

export function nameOf(target: { kind: string; namespace?: string | undefined; name: string }): string {
  return `${target.kind} ${target.namespace ? `${target.namespace}/` : ''}${target.name}`;
}

/** One string for one object, for leases. */
export function targetKey({ kind, namespace, name }: Target): string {
  return `${kind}/${namespace}/${name}`;
}
