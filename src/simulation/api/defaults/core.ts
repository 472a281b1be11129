import type { KubeObject, Namespace } from '../../../kubernetes/objects.ts';

export function defaultNamespace(namespace: Namespace): void {
  namespace.spec ??= {};
  if (namespace.metadata.deletionTimestamp === undefined) namespace.spec.finalizers ??= ['kubernetes'];
  namespace.status ??= { phase: 'Active' };
  namespace.metadata.labels = { ...namespace.metadata.labels, 'kubernetes.io/metadata.name': namespace.metadata.name };
}

/** `stringData` is a convenience for writers; it is kept as `data`. */
export function defaultSecret(secret: KubeObject & { type?: string; data?: object; stringData?: object }): void {
  secret.type ??= 'Opaque';
  const encoded = Object.entries(secret.stringData ?? {}).map(([key, text]) => [
    key,
    Buffer.from(String(text)).toString('base64'),
  ]);
  if (encoded.length > 0) secret.data = { ...secret.data, ...Object.fromEntries(encoded) };
  delete secret.stringData;
}
