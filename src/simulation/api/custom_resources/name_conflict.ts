import type { Resource } from '../resource.ts';
import type { Registry } from '../resources.ts';
import type { CustomResourceDefinition } from './definition.ts';

/** Why a definition can't have its names: another kind of its group has them. */
export function nameConflict(
  registry: Registry,
  { spec }: CustomResourceDefinition,
  own: readonly Resource[],
): { reason: string; message: string } | undefined {
  const others = registry.all().filter(resource => resource.group === spec.group && !own.includes(resource));
  const names = others.flatMap(({ plural, singular, shortNames }) => [plural, singular, ...shortNames]);
  const kinds = others.flatMap(({ kind, listKind = `${kind}List` }) => [kind, listKind]);
  const { plural, singular = '', shortNames = [], kind, listKind = '' } = spec.names;
  const taken = (reason: string, name: string) => ({ reason, message: `${JSON.stringify(name)} is already in use` });
  if (names.includes(plural)) return taken('PluralConflict', plural);
  if (names.includes(singular)) return taken('SingularConflict', singular);
  const short = shortNames.find(name => names.includes(name));
  if (short !== undefined) return taken('ShortNamesConflict', short);
  if (kinds.includes(kind)) return taken('KindConflict', kind);
  return kinds.includes(listKind) ? taken('ListKindConflict', listKind) : undefined;
}
