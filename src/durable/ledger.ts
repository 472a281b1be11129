/**
 * The record of what we did to the world outside the database. `intent` is committed before the act, `done` after it.
 * An intent without an end means that nobody knows: probe, never repeat blindly.
 */
export interface EffectLedger {
  find(key: string): EffectRecord | undefined;
  /** Commits an intent; throws when the key is known. */
  intend(key: string, detail: EffectDetail): void;
  settle(key: string, state: 'done' | 'failed' | 'unknown', outcome: unknown): void;
  list(incident: string): EffectRecord[];
}

export interface EffectDetail {
  incident: string;
  action: string;
  target: string;
}

export interface EffectRecord extends EffectDetail {
  key: string;
  state: 'intent' | 'done' | 'failed' | 'unknown';
  outcome: unknown;
}

/** One effect: how to do it, and how to see afterwards whether it was done. */
export interface Effect<T> {
  key: string;
  detail: EffectDetail;
  act(): Promise<T>;
  /** `absent` only when it is certain; when in doubt `unknown`. */
  probe(): Promise<{ state: 'applied'; value: T } | { state: 'absent' } | { state: 'unknown'; reason: string }>;
  /** Whether the failure says for certain that nothing was done. */
  refused(error: unknown): boolean;
}

export type EffectOutcome<T> =
  | { state: 'done'; value: T }
  | { state: 'failed'; reason: string }
  | { state: 'unknown'; reason: string };
