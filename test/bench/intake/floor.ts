import { fastify } from 'fastify';
import { openDatabase } from '../../../src/durable/sqlite/database.ts';
import { silentLog } from '../../../src/lib/log.ts';
import type { Receiver } from './receiver.ts';

interface SentAlert {
  fingerprint: string;
  status: string;
  startsAt: string;
  labels: Record<string, string>;
}

/**
 * The least that a receiver can do: it parses the body and writes the rows that we end up with in the same kind of
 * file, one transaction a request. That is a row for each alert; for each thing that fails an incident and its run; and
 * an event for each incident that a body brings news of. It checks nothing, hides no secrets and folds nothing.
 */
export async function startFloor(path: string): Promise<Receiver> {
  const database = openDatabase({ path, log: silentLog });
  const putAlert = database.prepare(
    `INSERT INTO alerts (fingerprint, starts_at, status, incident, namespace, name, heard_at, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (fingerprint, starts_at) DO UPDATE SET status = excluded.status, body = excluded.body`,
  );
  const putIncident = database.prepare(
    `INSERT INTO incidents (id, fold_key, open, state, namespace, opened_at, body) VALUES (?, ?, 1, 'open', ?, ?, ?)`,
  );
  const putEvent = database.prepare('INSERT INTO incident_events (incident, seq, key, body) VALUES (?, ?, ?, ?)');
  const putRun = database.prepare("INSERT INTO runs (id, workflow, input) VALUES (?, 'incident', '{}')");
  const events = new Map<string, number>();
  const told = new Set<string>();

  function put(alerts: readonly SentAlert[], now: number): void {
    const news = alerts.filter(({ fingerprint, status }) => !told.has(`${fingerprint} ${status}`));
    for (const { fingerprint, status } of news) told.add(`${fingerprint} ${status}`);
    const things = Map.groupBy(news, ({ labels }) => `${labels['namespace']}/${labels['container']}`);
    for (const [incident, those] of things) {
      const seq = (events.get(incident) ?? 0) + 1;
      events.set(incident, seq);
      const body = JSON.stringify(those);
      if (seq === 1) {
        putIncident.run(incident, incident, those[0]!.labels['namespace']!, now, body);
        putRun.run(incident);
      }
      putEvent.run(incident, seq, `intake ${seq}`, body);
    }
    for (const alert of alerts) {
      const { fingerprint, startsAt, status, labels } = alert;
      const [namespace, name] = [labels['namespace']!, labels['alertname']!];
      const incident = `${namespace}/${labels['container']}`;
      putAlert.run(fingerprint, startsAt, status, incident, namespace, name, now, JSON.stringify(alert));
    }
  }

  const server = fastify();
  server.post<{ Body: { alerts: SentAlert[] } }>('/webhook', async request => {
    database.transaction(() => put(request.body.alerts, Date.now()));
    return {};
  });
  return {
    url: await server.listen({ host: '127.0.0.1', port: 0 }),
    settled: async () => undefined,
    async close() {
      await server.close();
      database.close();
    },
  };
}
