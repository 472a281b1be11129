import type { Page, PageQuery } from '../alerts/book.ts';
import type { Place } from '../alerts/fold.ts';
import type { IncidentEvent, RecordedEvent } from './event.ts';
import type { Incident, IncidentState } from './incident.ts';

export interface LogEntry {
  key: string;
  event: IncidentEvent;
}

export interface IncidentQuery extends PageQuery {
  open?: boolean;
  state?: IncidentState;
  namespace?: string;
}

/** The durable, append-only record of incidents. */
export interface IncidentLog {
  /**
   * Appends and commits. The key makes it idempotent: a key that this incident has already seen appends nothing and
   * gives the event recorded then. Throws IllegalTransition, and appends nothing, when the event can't follow.
   */
  append(incident: string, key: string, event: IncidentEvent): RecordedEvent;
  /** The same for many at once, all or none: what it costs to read and write an incident is then paid once. */
  appendAll(incident: string, entries: readonly LogEntry[]): RecordedEvent[];
  events(incident: string, options?: { afterSeq?: number; limit?: number; mostBytes?: number }): RecordedEvent[];
  get(incident: string): Incident | undefined;
  /** Newest first. */
  list(query?: { open?: boolean; limit?: number }): Incident[];
  /** Newest first, a page at a time. */
  page(query: IncidentQuery): Page<Incident>;
  countOpen(): number;
  /** The newest incident with this fold key, open or not. */
  newestWith(foldKey: string): Incident | undefined;
  /** How many different things in this place have had an incident opened since then, in milliseconds. */
  thingsAt(place: Place, since: number): number;
  /** Calls back for every event after it is committed. Returns the way to stop. */
  subscribe(listener: (event: RecordedEvent) => void): () => void;
}
