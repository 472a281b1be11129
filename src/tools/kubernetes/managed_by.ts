import type { KubeObject } from '../../kubernetes/objects.ts';

/** Who keeps an object as it is, and undoes what others do to it; as far as the object tells. */
export function managedBy({ metadata }: KubeObject): string | undefined {
  const { labels = {}, annotations = {}, ownerReferences = [] } = metadata;
  const argo = annotations['argocd.argoproj.io/tracking-id']?.split(':')[0] ?? labels['argocd.argoproj.io/instance'];
  if (argo) return `Argo CD application ${argo}`;
  const kustomization = labels['kustomize.toolkit.fluxcd.io/name'];
  if (kustomization) return `Flux Kustomization ${kustomization}`;
  const fluxRelease = labels['helm.toolkit.fluxcd.io/name'];
  if (fluxRelease) return `Flux HelmRelease ${fluxRelease}`;
  const owner = ownerReferences.find(({ controller }) => controller);
  if (owner) return `${owner.kind} ${owner.name}`;
  const release = annotations['meta.helm.sh/release-name'];
  const chart = labels['helm.sh/chart'];
  if (release) return `Helm release ${release}${chart ? ` (chart ${chart})` : ''}`;
  const manager = labels['app.kubernetes.io/managed-by'];
  return manager && `${manager}${chart ? ` (chart ${chart})` : ''}`;
}
