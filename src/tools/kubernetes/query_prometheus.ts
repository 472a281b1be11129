import { z } from 'zod';
import { redact } from '../../lib/redaction.ts';
import type { Range, Series } from '../prometheus/prometheus.ts';
import { type Answer, clip, duration } from './answer.ts';
import { commonLabels, fewPoints, labelsText, numberText, seriesLine, shapeOf } from './series_lines.ts';
import { defineTool, type Senses } from './tool.ts';

const Facts = z.object({
  result: z.enum(['series', 'nothing', 'refused', 'away']),
  series: z.int(),
  values: z.array(
    z.object({ labels: z.record(z.string(), z.string()), last: z.number(), min: z.number(), max: z.number() }),
  ),
});
type Facts = z.infer<typeof Facts>;

export const queryPrometheus = defineTool({
  name: 'query_prometheus',
  description: 'Runs a PromQL query: the value now, or over the last minutes.',
  needs: 'prometheus',
  input: z.object({
    query: z.string().max(4_000),
    minutes: z.number().min(1).max(10_080).optional(),
  }),
  facts: Facts,
  aliases: {
    promql: 'query',
    expr: 'query',
    expression: 'query',
    duration_minutes: 'minutes',
    minutes_back: 'minutes',
  },
  answer: ({ query, minutes }, senses) => ask(query, minutes, senses),
});

/** A curve that a reader can take in. */
const mostPoints = 20;
/** In facts. */
const mostValues = 20;

async function ask(query: string, minutes: number | undefined, senses: Senses): Promise<Answer<Facts>> {
  const { prometheus, clock, signal } = senses;
  if (!prometheus) return nothing('away', 'No Prometheus is configured.');
  const over = minutes === undefined ? undefined : rangeOf(minutes, clock.now());
  const answer = await prometheus.query(query, over, signal);
  if (answer.kind === 'refused') return nothing('refused', `Prometheus refused the query: ${clip(answer.why, 400)}`);
  if (answer.kind === 'away') return nothing('away', `No answer: ${clip(answer.why, 400)}. Decide without it.`);
  const series = answer.series.filter(({ points }) => points.length > 0);
  if (series.length === 0) {
    const when = over ? `in the last ${duration(over.to - over.from)}` : 'now';
    const hint = 'nothing exports such a metric, a label is misspelt, or a comparison is false';
    return nothing('nothing', `No series match ${when}: ${hint}.`);
  }
  const notes = answer.warnings.slice(0, 2).map(warning => `Prometheus warns: ${clip(warning, 200)}`);
  return { ...(over ? curves(series, over) : values(series)), ...withNotes(series, over, notes) };
}

function nothing(result: Facts['result'], says: string): Answer<Facts> {
  return { facts: { result, series: 0, values: [] }, head: [says] };
}

/** So that the last of its points is now. */
function rangeOf(minutes: number, now: number): Range {
  const step = Math.ceil((minutes * 60) / (mostPoints - 1)) * 1_000;
  return { from: now - step * (mostPoints - 1), to: now, step };
}

/** The largest first: it is the one that is asked for. */
function byLast(series: readonly Series[]): Series[] {
  const size = ({ points }: Series) => {
    const last = points.at(-1)?.value ?? Number.NaN;
    return Number.isNaN(last) ? Number.NEGATIVE_INFINITY : last;
  };
  return series.toSorted((a, b) => size(b) - size(a));
}

function values(series: readonly Series[]): { body: string[] } {
  const common = commonLabels(series);
  return {
    body: byLast(series).map(
      ({ labels, points }) =>
        `${labelsText(labels, common) || 'value'}: ${numberText(points.at(-1)?.value ?? Number.NaN)}`,
    ),
  };
}

function curves(series: readonly Series[], over: Range): { body: string[] } {
  const common = commonLabels(series);
  return { body: byLast(series).map(each => seriesLine(each, common, fewPoints(each, mostPoints, over))) };
}

function withNotes(series: readonly Series[], over: Range | undefined, notes: string[]) {
  const common = labelsText(commonLabels(series), {});
  const all = common && series.length > 1 ? `, all with ${common}` : '';
  const span = over ? `, over ${duration(over.to - over.from)}, a point each ${duration(over.step)}` : '';
  const facts: Facts = {
    result: 'series',
    series: series.length,
    values: byLast(series)
      .slice(0, mostValues)
      .map(({ labels, points }) => ({ labels: safe(labels), ...shapeOf(points) }))
      // JSON knows no other numbers.
      .filter(({ min, max, last }) => [min, max, last].every(Number.isFinite)),
  };
  return {
    facts,
    head: [`${series.length} series${span}${all}:`, ...notes],
    more: 'aggregate, with topk(10, ...) or sum by (...)',
  };
}

/** The text is made safe where it leaves the tools; facts are not text. */
function safe(labels: Series['labels']): Series['labels'] {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, redact(value)]));
}
