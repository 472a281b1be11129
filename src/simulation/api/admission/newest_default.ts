import type { KubeObject } from '../../../kubernetes/objects.ts';

/** Of the classes that one of these annotations marks as the default the newest, then the first by name. */
export function newestDefault(classes: readonly KubeObject[], marks: readonly string[]): KubeObject | undefined {
  const madeAt = ({ metadata }: KubeObject) => metadata.creationTimestamp ?? '';
  return classes
    .filter(({ metadata }) => marks.some(mark => metadata.annotations?.[mark] === 'true'))
    .sort((a, b) =>
      madeAt(a) > madeAt(b) ? -1 : madeAt(a) < madeAt(b) ? 1 : a.metadata.name < b.metadata.name ? -1 : 1,
    )[0];
}
