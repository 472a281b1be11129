import type { Clock } from '../../lib/clock.ts';
import { type AlertmanagerBody, alertmanagerBody, groupKeyOf, groupLabelsOf } from './alertmanager_body.ts';
import type { FiringAlert } from './evaluation.ts';

/** Sends one body. `retry` when the receiver is away, `refused` when it doesn't want the body. */
export type Deliver = (body: AlertmanagerBody) => Promise<'taken' | 'retry' | 'refused'>;

export interface Notifier {
  /** What an evaluation gave. Sends the groups that are due, without waiting for it. */
  update(alerts: readonly FiringAlert[]): void;
}

interface Group {
  alerts: Map<string, FiringAlert>;
  /** What was last told, to see whether there is news. */
  told: string;
  toldAt: number;
  sending: boolean;
}

const groupIntervalMs = 60_000;
const repeatIntervalMs = 3_600_000;
const firstBackOffMs = 500;
const longestBackOffMs = 30_000;

/**
 * Alertmanager's part: groups alerts, sends a group at once when it is new, its news after an interval at the earliest,
 * all of it again after a long while, and tries again while the receiver is away.
 */
export function createNotifier(deps: { clock: Clock; deliver: Deliver; signal: AbortSignal }): Notifier {
  const { clock, deliver, signal } = deps;
  const groups = new Map<string, Group>();

  function groupOf(alert: FiringAlert): Group {
    const key = groupKeyOf(groupLabelsOf(alert.labels));
    const known = groups.get(key);
    if (known) return known;
    const group: Group = { alerts: new Map(), told: '', toldAt: Number.NEGATIVE_INFINITY, sending: false };
    groups.set(key, group);
    return group;
  }

  function isDue(group: Group): boolean {
    if (group.sending || group.alerts.size === 0) return false;
    const since = clock.now() - group.toldAt;
    return since >= repeatIntervalMs || (since >= groupIntervalMs && newsOf(group) !== group.told);
  }

  async function send(group: Group): Promise<void> {
    group.sending = true;
    const sent = [...group.alerts.values()];
    group.told = newsOf(group);
    const outcome = await deliverWithPatience(alertmanagerBody(sent));
    group.sending = false;
    if (outcome === 'given_up') return;
    group.toldAt = clock.now();
    for (const alert of sent.filter(({ endsAt }) => endsAt !== undefined)) forget(group, alert);
    // What was refused is still news when the next interval has passed.
    if (outcome === 'refused') group.told = '';
  }

  /** Forgets a resolved alert that has been told, unless it fires again by now. */
  function forget(group: Group, alert: FiringAlert): void {
    if (group.alerts.get(alert.fingerprint) === alert) group.alerts.delete(alert.fingerprint);
    if (group.alerts.size === 0) group.toldAt = Number.NEGATIVE_INFINITY;
    group.told = newsOf(group);
  }

  async function deliverWithPatience(body: AlertmanagerBody): Promise<'taken' | 'refused' | 'given_up'> {
    for (let wait = firstBackOffMs; !signal.aborted; wait = Math.min(wait * 2, longestBackOffMs)) {
      const outcome = await deliver(body);
      if (outcome !== 'retry') return outcome;
      await clock.sleep(wait, signal).catch(() => undefined);
    }
    return 'given_up';
  }

  return {
    update(alerts) {
      for (const alert of alerts) groupOf(alert).alerts.set(alert.fingerprint, alert);
      for (const group of groups.values()) if (isDue(group)) void send(group);
    },
  };
}

/** Which alerts fire and which have ended; what their texts say is no news. */
function newsOf({ alerts }: Group): string {
  return [...alerts.values()]
    .map(({ fingerprint, startsAt, endsAt }) => `${fingerprint}@${startsAt}-${endsAt ?? ''}`)
    .join();
}
