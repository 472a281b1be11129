import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Alertmanager, alertOf, type OpenAlert } from '../../alertmanager/alertmanager.ts';
import { type Alert, alertKey } from '../../alerts/alert.ts';
import type { AlertBook, AlertQuery } from '../../alerts/book.ts';
import { messageOf } from '../../lib/errors.ts';

/** Where alerts can be read: what was sent to us, and what each Alertmanager has in hand. */
export interface AlertSources {
  book: Pick<AlertBook, 'page'>;
  alertmanagers: readonly Alertmanager[];
}

export interface KnownAlert {
  alert: Alert;
  /** Why its Alertmanager sends it to nobody; absent for one that is sent, or has ended. */
  suppressed?: 'silenced' | 'inhibited' | 'muted';
  /** Where it is routed to, when it was not sent to us. */
  elsewhere?: string[];
}

export interface KnownAlerts {
  alerts: KnownAlert[];
  /** What could not be asked, or was not looked through. */
  notes: string[];
  /** An Alertmanager was asked, and answered. */
  asked: boolean;
}

/** Of the firing ones, and of all others. */
const mostLookedThrough = 1000;
const atOnce = 200;
const patienceMs = 5000;

/** All that fires or ended after `since`, as far as we know. */
export async function knownAlerts(
  { book, alertmanagers }: AlertSources,
  { namespace, since, now }: { namespace?: string | undefined; since: number; now: number },
  signal: AbortSignal,
): Promise<KnownAlerts> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
  const looks = Promise.allSettled(alertmanagers.map(each => each.read(patience)));
  const within = namespace === undefined ? {} : { namespace };
  const [firing, all] = [await booked(book, { ...within, status: 'firing' }), await booked(book, within)];
  const recent = all.alerts.filter(({ status, endsAt }) => status === 'firing' || Date.parse(endsAt ?? '') >= since);
  const known = new Map([...firing.alerts, ...recent].map(alert => [alertKey(alert), { alert } as KnownAlert]));
  const firingNow = new Map([...known.values()].map(each => [each.alert.fingerprint, each] as const).reverse());
  const answers = await looks;
  signal.throwIfAborted();
  const notes = firing.isCut ? [`only the newest ${mostLookedThrough} alerts that fire were looked through`] : [];
  for (const answer of answers) {
    if (answer.status === 'rejected') notes.push(`${messageOf(answer.reason)}: this is what was sent to us`);
    else for (const open of answer.value.alerts) addOpen(open, { known, firingNow, now });
  }
  return { alerts: [...known.values()], notes, asked: answers.some(({ status }) => status === 'fulfilled') };
}

async function booked(book: Pick<AlertBook, 'page'>, query: Omit<AlertQuery, 'limit' | 'cursor'>) {
  const alerts: Alert[] = [];
  let cursor: number | undefined;
  do {
    const page = book.page({ ...query, limit: atOnce, ...(cursor === undefined ? {} : { cursor }) });
    for (const { alert } of page.items) alerts.push(alert);
    cursor = page.next;
    await nextTurn();
  } while (cursor !== undefined && alerts.length < mostLookedThrough);
  return { alerts, isCut: cursor !== undefined };
}

interface Known {
  known: Map<string, KnownAlert>;
  /** By fingerprint. */
  firingNow: Map<string, KnownAlert>;
  now: number;
}

function addOpen(open: OpenAlert, { known, firingNow, now }: Known): void {
  const suppressed = open.state === 'active' || open.state === 'unprocessed' ? {} : { suppressed: open.state };
  const ours = firingNow.get(open.fingerprint);
  if (ours?.alert.status === 'firing') {
    Object.assign(ours, suppressed);
    return;
  }
  const alert = alertOf(open, now);
  if (!alert) return;
  const found = { alert, elsewhere: open.receivers, ...suppressed };
  known.set(`${open.fingerprint} there`, found);
  firingNow.set(open.fingerprint, found);
}
