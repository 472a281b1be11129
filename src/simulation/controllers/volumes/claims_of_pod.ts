import type { Pod } from '../../../kubernetes/objects.ts';

/** The names of the claims that a pod uses; of a generic ephemeral volume, the claim that is made for it. */
export function claimsOf({ metadata, spec }: Pod): string[] {
  return (spec.volumes ?? []).flatMap(volume => {
    const claim = (volume as { persistentVolumeClaim?: { claimName?: string } }).persistentVolumeClaim?.claimName;
    if (claim) return [claim];
    return volume['ephemeral'] ? [`${metadata.name}-${volume.name}`] : [];
  });
}
