/** One alert as we keep it, whatever sent it. */
export interface Alert {
  /** Alertmanager's, or ours over the labels when it sent none. */
  fingerprint: string;
  status: 'firing' | 'resolved';
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** ISO 8601. With the fingerprint it names one firing of the alert. */
  startsAt: string;
  endsAt?: string;
  generatorUrl?: string;
  /** The receiver that an Alertmanager routed it to; none for what others send. */
  receiver?: string;
  /** When its Alertmanager last heard that it fires. Only Alertmanager's API tells. */
  asOf?: string;
  /** Why it counts as over, when nobody reported it. */
  endedBecause?: string;
}

type Firing = Pick<Alert, 'fingerprint' | 'startsAt'>;

/** The same firing has the same key, however often and by whomever it is sent. */
export function alertKey(alert: Firing): string {
  return `${alert.fingerprint}@${alert.startsAt}`;
}

export function isSameFiring(one: Firing, other: Firing): boolean {
  return one.fingerprint === other.fingerprint && one.startsAt === other.startsAt;
}
