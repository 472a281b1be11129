import type { Range, Series } from '../prometheus/prometheus.ts';
import { clip } from './answer.ts';

type Labels = Readonly<Record<string, string>>;

/** What all series have in common need be said only once. */
export function commonLabels(series: readonly Series[]): Labels {
  const [first, ...others] = series;
  if (!first || others.length === 0) return {};
  return Object.fromEntries(
    Object.entries(first.labels).filter(([name, value]) => others.every(({ labels }) => labels[name] === value)),
  );
}

const longestValue = 80;

/** `pod="web-1", container="main"`, without those that are common to all. */
export function labelsText(labels: Labels, common: Labels): string {
  const { __name__: metric, ...rest } = labels;
  const parts = Object.entries(rest)
    .filter(([name]) => common[name] === undefined)
    .map(([name, value]) => `${name}="${clip(value, longestValue)}"`);
  const name = metric !== undefined && common['__name__'] === undefined ? [metric] : [];
  return [...name, ...parts].join(', ');
}

export function seriesLine({ labels, points }: Series, common: Labels, few: readonly (number | undefined)[]): string {
  const { min, max, last } = shapeOf(points);
  const curve = min === max ? '' : `; ${few.map(value => (value === undefined ? '-' : numberText(value))).join(' ')}`;
  const bounds =
    min === max
      ? `always ${numberText(last)}`
      : `min ${numberText(min)}, max ${numberText(max)}, last ${numberText(last)}`;
  return `${labelsText(labels, common) || 'value'}: ${bounds}${curve}`;
}

export function shapeOf(points: Series['points']): { min: number; max: number; last: number } {
  const values = points.map(({ value }) => value).filter(value => !Number.isNaN(value));
  const last = points.at(-1)?.value ?? Number.NaN;
  if (values.length === 0) return { min: last, max: last, last };
  const fold = (pick: (a: number, b: number) => number) => values.reduce((found, value) => pick(found, value));
  return { min: fold(Math.min), max: fold(Math.max), last };
}

/** One value for each step of the range; where there was none, nothing. */
export function fewPoints({ points }: Series, most: number, { from, step }: Range): (number | undefined)[] {
  const few: (number | undefined)[] = [];
  for (const { at, value } of points) {
    const index = Math.min(most - 1, Math.max(0, Math.round((at - from) / step)));
    few[index] = value;
  }
  return Array.from(few);
}

const units = ['', 'k', 'M', 'G', 'T', 'P'];

/** Three digits are enough to judge by: 1234567 is "1.23M". */
export function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const size = Math.abs(value);
  if (size < 1e4 && Number.isInteger(value)) return `${value}`;
  const at = size < 1e4 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(size) / 3));
  return `${Number((value / 1000 ** at).toPrecision(3))}${units[at]}`;
}
