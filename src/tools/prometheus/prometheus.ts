import { z } from 'zod';

/** The port to a Prometheus: it can be asked, and nothing else. */
export interface Prometheus {
  /** What the query is worth now, or over a time. Throws only the signal's reason. */
  query(promql: string, over: Range | undefined, signal: AbortSignal): Promise<PrometheusAnswer>;
  close(): Promise<void>;
}

/** In milliseconds. */
export interface Range {
  from: number;
  to: number;
  step: number;
}

export type PrometheusAnswer =
  | { kind: 'series'; series: Series[]; warnings: string[] }
  /** It doesn't like the query, and says why. */
  | { kind: 'refused'; why: string }
  /** Nothing can be had of it now. */
  | { kind: 'away'; why: string };

/** The points of one series, in the order of time. A scalar is a series without labels. */
export interface Series {
  labels: Record<string, string>;
  points: { at: number; value: number }[];
}

const Sample = z
  .tuple([z.number(), z.string()])
  .transform(([at, value]) => ({ at: at * 1000, value: numberOf(value) }));
const Labels = z.record(z.string(), z.string());

/** What `/api/v1/query` and `/api/v1/query_range` answer, as far as we read it. */
export const QueryResult = z.object({
  warnings: z.array(z.string()).optional(),
  data: z.discriminatedUnion('resultType', [
    z.object({
      resultType: z.literal('vector'),
      result: z.array(z.object({ metric: Labels, value: Sample.optional(), histogram: z.unknown().optional() })),
    }),
    z.object({
      resultType: z.literal('matrix'),
      result: z.array(z.object({ metric: Labels, values: z.array(Sample).optional() })),
    }),
    z.object({ resultType: z.literal('scalar'), result: Sample }),
    z.object({ resultType: z.literal('string'), result: z.tuple([z.number(), z.string()]) }),
  ]),
});
export type QueryResult = z.infer<typeof QueryResult>;

/** Native histograms have no number to show, and are left out. */
export function seriesOf({ data }: QueryResult): Series[] {
  switch (data.resultType) {
    case 'vector':
      return data.result.flatMap(({ metric, value }) => (value ? [{ labels: metric, points: [value] }] : []));
    case 'matrix':
      return data.result.flatMap(({ metric, values }) => (values ? [{ labels: metric, points: values }] : []));
    case 'scalar':
      return [{ labels: {}, points: [data.result] }];
    case 'string':
      return [];
  }
}

function numberOf(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  return text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text);
}
