import type { RecordedEvent } from '../../incidents/event.ts';
import { type Incident, isFinal, transition } from '../../incidents/incident.ts';
import type { IncidentLog, IncidentQuery, LogEntry } from '../../incidents/log.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Database } from './database.ts';
import { encode } from './json.ts';
import { type Condition, createPager } from './page.ts';

const largestEvent = 256 * 1024;
const defaultLimit = 1000;

type Listener = (event: RecordedEvent) => void;

/** The events are the truth; the incident beside them is what they add up to, kept so that nobody has to add it up. */
export function createIncidentLog(database: Database, clock: Clock): IncidentLog {
  const statements = prepareStatements(database);
  const listeners = new Set<Listener>();
  const pages = createPager(database, { table: 'incidents', columns: 'body' });

  function get(incident: string): Incident | undefined {
    const row = statements.incident.get(incident) as { body: string } | undefined;
    return row && (JSON.parse(row.body) as Incident);
  }

  function appendAll(incident: string, entries: readonly LogEntry[]): RecordedEvent[] {
    const before = get(incident);
    let after = before;
    const at = new Date(clock.now()).toISOString();
    const recorded = entries.map(({ key, event }) => {
      const known = statements.eventByKey.get(incident, key) as { body: string } | undefined;
      if (known) return JSON.parse(known.body) as RecordedEvent;
      const body = encodeEvent({ seq: (after?.seq ?? 0) + 1, at, incident, ...event });
      const added = JSON.parse(body) as RecordedEvent;
      after = transition(after, added);
      statements.insertEvent.run(incident, added.seq, key, body);
      database.afterCommit(() => announce(added));
      return added;
    });
    if (after && after !== before) save(after);
    return recorded;
  }

  function save(incident: Incident): void {
    const { id, foldKey, state, subject, node, openedAt } = incident;
    const place = [subject.namespace ?? null, node ?? null, Date.parse(openedAt)];
    statements.upsert.run(id, foldKey, isFinal(state) ? 0 : 1, state, ...place, JSON.stringify(incident));
  }

  function announce(event: RecordedEvent): void {
    for (const listener of [...listeners]) database.afterCommit(() => listener(event));
  }

  return {
    append: (incident, key, event) => database.transaction(() => appendAll(incident, [{ key, event }])[0]!),
    appendAll: (incident, entries) => database.transaction(() => appendAll(incident, entries)),
    events(incident, { afterSeq = 0, limit = defaultLimit, mostBytes = Number.POSITIVE_INFINITY } = {}) {
      const events: RecordedEvent[] = [];
      let bytes = 0;
      for (const { body } of statements.events.iterate(incident, afterSeq, limit)) {
        bytes += Buffer.byteLength(String(body));
        if (events.length > 0 && bytes > mostBytes) break;
        events.push(JSON.parse(String(body)) as RecordedEvent);
      }
      return events;
    },
    get,
    list({ open, limit = defaultLimit } = {}) {
      const rows = open === undefined ? statements.newest.all(limit) : statements.newestThat.all(open ? 1 : 0, limit);
      return rows.map(row => JSON.parse(String(row['body'])) as Incident);
    },
    page: query => pages(conditionsOf(query), query, row => JSON.parse(String(row['body'])) as Incident),
    countOpen: () => Number(statements.countOpen.get()?.['incidents']),
    newestWith(foldKey) {
      const row = statements.newestWith.get(foldKey) as { body: string } | undefined;
      return row && (JSON.parse(row.body) as Incident);
    },
    thingsAt({ kind, name }, since) {
      const things = kind === 'Node' ? statements.thingsOnNode : statements.thingsInNamespace;
      return Number(things.get(name, since)?.['things']);
    },
    subscribe(listener) {
      // A function of its own, so that one listener can subscribe twice and leave once.
      const entry: Listener = event => listener(event);
      listeners.add(entry);
      return () => listeners.delete(entry);
    },
  };
}

/** Whether it is open is no `?`: only then SQLite knows that the index of the open ones will do. */
function conditionsOf({ open, state, namespace }: IncidentQuery): Condition[] {
  return [
    ...(open === undefined ? [] : [[open ? 'open = 1' : 'open = 0'] as const]),
    ...(state === undefined ? [] : [['state = ?', state] as const]),
    ...(namespace === undefined ? [] : [['namespace = ?', namespace] as const]),
  ];
}

function encodeEvent(event: RecordedEvent): string {
  return encode(`event ${event.type} of ${event.incident}`, event, largestEvent) ?? '';
}

function prepareStatements(database: Database) {
  return {
    incident: database.prepare('SELECT body FROM incidents WHERE id = ?'),
    newest: database.prepare('SELECT body FROM incidents ORDER BY ordinal DESC LIMIT ?'),
    newestThat: database.prepare('SELECT body FROM incidents WHERE open = ? ORDER BY ordinal DESC LIMIT ?'),
    countOpen: database.prepare('SELECT count(*) AS incidents FROM incidents WHERE open = 1'),
    eventByKey: database.prepare('SELECT body FROM incident_events WHERE incident = ? AND key = ?'),
    events: database.prepare('SELECT body FROM incident_events WHERE incident = ? AND seq > ? ORDER BY seq LIMIT ?'),
    insertEvent: database.prepare('INSERT INTO incident_events (incident, seq, key, body) VALUES (?, ?, ?, ?)'),
    upsert: database.prepare(
      `INSERT INTO incidents (id, fold_key, open, state, namespace, node, opened_at, body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET open = excluded.open, state = excluded.state, body = excluded.body`,
    ),
    newestWith: database.prepare('SELECT body FROM incidents WHERE fold_key = ? ORDER BY ordinal DESC LIMIT 1'),
    thingsOnNode: database.prepare(
      'SELECT count(DISTINCT fold_key) AS things FROM incidents WHERE node = ? AND opened_at >= ?',
    ),
    thingsInNamespace: database.prepare(
      'SELECT count(DISTINCT fold_key) AS things FROM incidents WHERE namespace = ? AND opened_at >= ?',
    ),
  };
}
