import type { ServerResponse } from 'node:http';
import type { Pod } from '../../../kubernetes/objects.ts';
import { systemClock } from '../../../lib/clock.ts';
import type { LogLine, LogSource, StatusCause } from '../client.ts';
import { type LogQuery, logText, textOf } from '../log_text.ts';
import { badRequest, invalid } from '../status_error.ts';
import { type Backend, existing, type ObjectPlace } from '../verbs/write.ts';
import { flag, integer } from './query.ts';

const followEveryMs = 200;

/** `pods/NAME/log`: plain text, cut as the client asks. */
export async function sendLog(
  backend: Backend,
  place: ObjectPlace,
  { params, source }: { params: URLSearchParams; source: LogSource | undefined },
  response: ServerResponse,
): Promise<void> {
  const asked = logQuery(params, place.name);
  const pod = existing(backend, place) as Pod;
  const query = { container: containerIn(pod, params), previous: flag(params, 'previous') };
  if (!pod.spec.nodeName) {
    // Nothing can have been written where nothing runs.
    response.writeHead(204);
    response.end();
    return;
  }
  const lines = read(pod, query, source);
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.write(logText(lines, asked, backend.clock.now()));
  if (flag(params, 'follow') && !query.previous) {
    await follow(response, lines.length, () => {
      const current = backend.store.get(place.resource, place.namespace, place.name) as Pod | undefined;
      if (!current || current.metadata.uid !== pod.metadata.uid || !isRunning(current, query.container))
        return undefined;
      return { lines: read(current, query, source), timestamps: asked.timestamps };
    });
  }
  response.end();
}

function containerIn({ metadata, spec }: Pod, params: URLSearchParams): string {
  const names = [...(spec.initContainers ?? []), ...spec.containers].map(container => container.name);
  const asked = params.get('container');
  if (asked && !names.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${metadata.name}`);
  if (asked) return asked;
  if (names.length === 1) return names[0]!;
  throw badRequest(`a container name must be specified for pod ${metadata.name}, choose one of: [${names.join(' ')}]`);
}

function read(
  pod: Pod,
  query: { container: string; previous: boolean },
  source: LogSource | undefined,
): readonly LogLine[] {
  if (!source) return [];
  const answer = source(pod, query);
  if ('error' in answer) throw badRequest(answer.error);
  return answer;
}

function logQuery(params: URLSearchParams, name: string): LogQuery {
  const query = {
    sinceSeconds: integer(params, 'sinceSeconds'),
    sinceTime: params.get('sinceTime') ?? undefined,
    tailLines: integer(params, 'tailLines'),
    limitBytes: integer(params, 'limitBytes'),
    timestamps: flag(params, 'timestamps'),
  };
  const problems = queryProblems(query);
  if (problems.length > 0) throw invalid({ group: '', plural: '', kind: 'PodLogOptions' }, name, problems);
  return query;
}

function queryProblems({ tailLines, limitBytes, sinceSeconds, sinceTime }: LogQuery): StatusCause[] {
  const atLeast = (field: string, value: number | undefined, least: 0 | 1) => {
    if (value === undefined || value >= least) return [];
    const why = least === 0 ? 'must be greater than or equal to 0' : 'must be greater than 0';
    return [{ reason: 'FieldValueInvalid', message: `Invalid value: ${value}: ${why}`, field }];
  };
  const message = 'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified';
  return [
    ...atLeast('tailLines', tailLines, 0),
    ...atLeast('limitBytes', limitBytes, 1),
    ...(sinceSeconds !== undefined && sinceTime !== undefined
      ? [{ reason: 'FieldValueForbidden', message, field: '[]' }]
      : atLeast('sinceSeconds', sinceSeconds, 1)),
  ];
}

function isRunning({ status }: Pod, container: string): boolean {
  const statuses = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  return statuses.some(({ name, state }) => name === container && state?.running !== undefined);
}

/** Sends what is new until the container ends or the client leaves. */
async function follow(
  response: ServerResponse,
  alreadySent: number,
  next: () => { lines: readonly LogLine[]; timestamps: boolean } | undefined,
): Promise<void> {
  let sent = alreadySent;
  for (let current = next(); current && !response.destroyed; current = next()) {
    response.write(textOf(current.lines.slice(sent), current));
    sent = Math.max(sent, current.lines.length);
    await systemClock.sleep(followEveryMs);
  }
}
