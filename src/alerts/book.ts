import type { Alert } from './alert.ts';

/** Which firing belongs to which incident. */
export interface AlertBook {
  find(fingerprint: string, startsAt: string): BookedAlert | undefined;
  /** Inserts, or replaces what is known of this firing. */
  put(alert: Alert, incident: string): void;
  /** The newest incident that alerts with this fold key went to, open or not. */
  lastIncident(foldKey: string): string | undefined;
}

export interface BookedAlert {
  alert: Alert;
  incident: string;
}
