import { bucketBounds, type RequestMeter } from '../traffic/counters.ts';
import type { Family, Labels, Sample } from './exposition.ts';
import type { Meters } from './meters.ts';

/** What programs and the ingress controller count of their requests. */
export function requestFamilies({ served, sent, entered }: Meters): Family[] {
  return [
    ...families(
      { prefix: 'http_request', help: 'Requests that were answered', outcome: 'code' },
      served().map(meter => ({ meter, labels: serverLabels(meter.who) })),
    ),
    ...families(
      { prefix: 'http_client_request', help: 'Requests that were sent', outcome: 'code' },
      sent().map(meter => ({ meter, labels: clientLabels(meter.who) })),
    ),
    ...families(
      { prefix: 'nginx_ingress_controller_request', help: 'Requests that came in', outcome: 'status' },
      entered().map(meter => ({ meter, labels: { ...meter.who, job: 'ingress-nginx' } })),
    ),
  ];
}

type Who<T extends keyof Meters> = Meters[T] extends () => RequestMeter<infer W>[] ? W : never;

function serverLabels({ namespace, pod, container, service }: Who<'served'>): Labels {
  return { namespace, pod, container, service: service ?? '', job: service ?? container };
}

function clientLabels({ namespace, pod, container, host, port }: Who<'sent'>): Labels {
  return { namespace, pod, container, host, port: String(port), job: container };
}

interface Named {
  meter: RequestMeter<unknown>;
  labels: Labels;
}

function families(
  { prefix, help, outcome }: { prefix: string; help: string; outcome: string },
  meters: readonly Named[],
): Family[] {
  const name = prefix === 'nginx_ingress_controller_request' ? `${prefix}s` : `${prefix}s_total`;
  return [
    {
      name,
      help: `${help}, by what came of it.`,
      type: 'counter',
      samples: meters.flatMap(({ meter, labels }) =>
        [...meter.outcomes].map(([what, { value }]) => ({
          labels: { ...labels, ...outcomeLabels(outcome, what) },
          value: Math.floor(value),
        })),
      ),
    },
    {
      name: `${prefix}_duration_seconds`,
      help: `${help}, by how long it took.`,
      type: 'histogram',
      samples: meters.flatMap(({ meter, labels }) => histogram(meter, labels)),
    },
  ];
}

/** Without an answer there is no status, and a reason instead. */
function outcomeLabels(outcome: string, what: string): Labels {
  return /^\d+$/.test(what) ? { [outcome]: what, error: '' } : { [outcome]: '', error: what };
}

function histogram({ outcomes, buckets, seconds }: RequestMeter<unknown>, labels: Labels): Sample[] {
  const count = Math.floor([...outcomes.values()].reduce((sum, { value }) => sum + value, 0));
  return [
    ...buckets.map(({ value }, i) => ({
      suffix: '_bucket',
      labels: { ...labels, le: String(bucketBounds[i] ?? 0) },
      value: Math.floor(value),
    })),
    { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: count },
    { suffix: '_sum', labels, value: seconds.value },
    { suffix: '_count', labels, value: count },
  ];
}
