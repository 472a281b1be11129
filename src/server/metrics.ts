import type { FastifyInstance } from 'fastify';
import type { Store } from '../durable/store.ts';
import type { RecordedEvent } from '../incidents/event.ts';
import { createMeters, type Meters } from '../lib/meters.ts';

type Counted = Pick<Store, 'incidents' | 'alerts' | 'inbox' | 'rejected'>;

/** What Prometheus can be told of us. It has numbers and no names of anybody's objects. */
export function addMetrics(server: FastifyInstance, store: Counted): void {
  const meters = createMeters();
  meterStore(meters, store);
  const stop = store.incidents.subscribe(meterEvents(meters));
  server.addHook('onClose', async () => stop());
  server.get('/metrics', async (_request, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(meters.text()),
  );
}

function meterStore(meters: Meters, { incidents, alerts, inbox, rejected }: Counted): void {
  meters.gauge('alertwright_alerts_firing', 'Alerts that fire.', alerts.countFiring);
  meters.gauge('alertwright_alerts_waiting', 'Alerts that are taken in and not in their incidents yet.', inbox.backlog);
  meters.gauge(
    'alertwright_alerts_rejected',
    'What was sent as an alert and is none, since the first start.',
    rejected.count,
  );
  meters.gauge('alertwright_incidents_open', 'Incidents that are not closed.', incidents.countOpen);
}

/** Everything that happens to incidents is an event: whatever is counted is counted from those. */
function meterEvents(meters: Meters): (event: RecordedEvent) => void {
  const opened = meters.counter('alertwright_incidents_opened_total', 'Incidents that were opened.');
  const closed = meters.counter('alertwright_incidents_closed_total', 'Incidents that were closed, by how they ended.');
  const joined = meters.counter('alertwright_alerts_joined_total', 'Alerts that joined an incident.');
  const resolved = meters.counter('alertwright_alerts_resolved_total', 'Alerts of incidents that resolved.');
  const denied = meters.counter('alertwright_plans_denied_total', 'Plans that the guard did not permit, by its rule.');
  const applied = meters.counter('alertwright_actions_applied_total', 'Changes that were made, by action.');
  const undone = meters.counter('alertwright_actions_undone_total', 'Changes that were taken back.');
  const tokens = meters.counter('alertwright_model_tokens_total', 'Tokens of the model, by kind.');
  const turns = meters.counter('alertwright_model_turns_total', 'Answers of the model.');
  const countTool = meterTools(meters);

  return event => {
    switch (event.type) {
      case 'opened':
        return opened();
      case 'closed':
        return closed({ state: event.state });
      case 'alerts_joined':
        return joined({}, event.count);
      case 'alerts_resolved':
        return resolved({}, event.count);
      case 'denied':
        return denied({ rule: event.rule });
      case 'applied':
        return applied({ action: event.action });
      case 'undone':
        return undone();
      case 'model_answered':
        turns();
        tokens({ kind: 'prompt' }, event.promptTokens);
        return tokens({ kind: 'completion' }, event.completionTokens);
      case 'tool_answered':
        return countTool(event);
      default:
        return undefined;
    }
  };
}

function meterTools(meters: Meters): (event: Extract<RecordedEvent, { type: 'tool_answered' }>) => void {
  const calls = meters.counter('alertwright_tool_calls_total', 'Calls of tools, by tool, outcome and cache.');
  const seconds = meters.counter('alertwright_tool_seconds_total', 'Seconds that calls of tools took.');
  const bytes = meters.counter('alertwright_tool_read_bytes_total', 'Bytes that tools read from the API server.');
  const requests = meters.counter('alertwright_tool_requests_total', 'Requests of tools to the API server.');
  const told = meters.counter('alertwright_tool_tokens_total', 'Tokens that answers of tools cost the model, about.');
  return ({ tool, failed, ms, cost }) => {
    calls({ tool, outcome: failed ? 'failed' : 'answered', cached: String(cost?.cached ?? false) });
    seconds({ tool }, ms / 1000);
    if (!cost) return;
    told({ tool }, cost.tokens);
    if (cost.cached) return;
    bytes({ tool }, cost.bytes ?? 0);
    requests({ tool }, cost.requests ?? 0);
  };
}
