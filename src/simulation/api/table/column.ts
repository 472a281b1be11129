import type { KubeObject } from '../../../kubernetes/objects.ts';

/** One column of what `kubectl get` prints: computed here, on the server, so that every client shows the same. */
export interface Column<T extends KubeObject> {
  name: string;
  type: 'string' | 'integer' | 'date' | 'boolean';
  format?: 'name';
  description?: string;
  /** Shown only with `-o wide`. */
  wide?: boolean;
  value(object: T, now: number): string | number | boolean | null;
}

export function column<T extends KubeObject>(name: string, value: Column<T>['value']): Column<T> {
  return { name, type: 'string', value };
}

export function count<T extends KubeObject>(name: string, value: (object: T) => number | undefined): Column<T> {
  return { name, type: 'integer', value: object => value(object) ?? 0 };
}

export function wide<T extends KubeObject>(name: string, value: Column<T>['value']): Column<T> {
  return { name, type: 'string', wide: true, value };
}

export const nameColumn: Column<KubeObject> = {
  name: 'Name',
  type: 'string',
  format: 'name',
  value: object => object.metadata.name,
};

export const ageColumn: Column<KubeObject> = column('Age', (object, now) =>
  age(object.metadata.creationTimestamp, now),
);

export const createdAtColumn: Column<KubeObject> = {
  name: 'Created At',
  type: 'date',
  value: object => object.metadata.creationTimestamp ?? '',
};

/** What is shown of kinds that say nothing else. */
export const nameAndAge: readonly Column<KubeObject>[] = [nameColumn, ageColumn];

export function orNone(text: string | undefined): string {
  return text === undefined || text === '' ? '<none>' : text;
}

export function labelsText(labels: Record<string, string> | undefined): string {
  const pairs = Object.entries(labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return orNone(pairs.map(([key, value]) => `${key}=${value}`).join(','));
}

export function age(since: string | undefined, now: number): string {
  const start = Date.parse(since ?? '');
  return Number.isNaN(start) ? '<unknown>' : duration(now - start);
}

interface Unit {
  below: number;
  main: number;
  mark: string;
  rest?: readonly [number, string];
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

/** The longer ago, the coarser: 90s, 5m20s, 45m, 3h12m, 30h, 3d4h, 20d, 2y40d. */
const units: readonly Unit[] = [
  { below: 2 * minute, main: second, mark: 's' },
  { below: 10 * minute, main: minute, mark: 'm', rest: [second, 's'] },
  { below: 3 * hour, main: minute, mark: 'm' },
  { below: 8 * hour, main: hour, mark: 'h', rest: [minute, 'm'] },
  { below: 2 * day, main: hour, mark: 'h' },
  { below: 8 * day, main: day, mark: 'd', rest: [hour, 'h'] },
  { below: 2 * year, main: day, mark: 'd' },
  { below: 8 * year, main: year, mark: 'y', rest: [day, 'd'] },
  { below: Number.POSITIVE_INFINITY, main: year, mark: 'y' },
];

export function duration(ms: number): string {
  if (ms < -second) return '<invalid>';
  const length = Math.max(0, ms);
  const { main, mark, rest } = units.find(unit => length < unit.below)!;
  const whole = `${Math.floor(length / main)}${mark}`;
  if (!rest) return whole;
  const remainder = Math.floor((length % main) / rest[0]);
  return remainder === 0 ? whole : `${whole}${remainder}${rest[1]}`;
}
