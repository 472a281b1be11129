import type { Alert } from './alert.ts';
import type { RejectedAlert } from './payload.ts';

/** Every firing that was heard of, and the incident that it went to. */
export interface AlertBook {
  /** The firing of this alert that is open, and else the one that began last. */
  last(fingerprint: string): BookedAlert | undefined;
  /** Inserts, or replaces what is known of this firing. */
  put(booked: BookedAlert): void;
  /** Newest first, those that were heard of last. */
  page(query: AlertQuery): Page<BookedAlert>;
  /** How many are firing. */
  countFiring(): number;
}

export interface BookedAlert {
  alert: Alert;
  /** None for one that had ended before it was heard of. */
  incident?: string;
  /** When what is known of it was heard, in milliseconds. */
  heardAt: number;
}

export interface AlertQuery extends PageQuery {
  status?: Alert['status'];
  incident?: string;
  namespace?: string;
  /** Its alertname. */
  name?: string;
}

export interface PageQuery {
  limit: number;
  /** Where the page before ended. */
  cursor?: number;
  /** So many entries are looked at, whatever the filters let pass: there can be more though the page is short, or empty. */
  lookAt?: number;
  /** The page ends before the entry with which its JSON would be longer than this; one entry it always has. */
  mostBytes?: number;
}

export interface Page<T> {
  items: T[];
  /** There is more from here. */
  next?: number;
}

/** What was taken in and is not folded into incidents yet. */
export interface Inbox {
  put(alerts: readonly Alert[], receivedAt: number): void;
  /** The oldest deliveries, until there are so many alerts. They stay until they are removed. */
  first(mostAlerts: number): InboxDelivery[];
  remove(delivery: number): void;
  /** How many alerts lie in it. */
  backlog(): number;
}

export interface InboxDelivery {
  ordinal: number;
  receivedAt: number;
  alerts: Alert[];
}

/** What was sent as an alert and is none. The newest are kept, all are counted. */
export interface RejectedAlerts {
  put(rejected: readonly RejectedAlert[], receivedAt: number): void;
  page(query: PageQuery): Page<KeptRejected>;
  count(): number;
}

export interface KeptRejected extends RejectedAlert {
  /** How often the same was sent. */
  times: number;
  firstAt: string;
  lastAt: string;
}
