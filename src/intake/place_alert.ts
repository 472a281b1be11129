import { type Alert, alertKey } from '../alerts/alert.ts';
import { foldKey, limitAt, type Place, placesOf, stormLastsMs, subjectOfPlace, titleOf } from '../alerts/fold.ts';
import { type AlertSubject, namespaceOf, nodeOf, subjectOf } from '../alerts/subject.ts';
import type { Recurrence } from '../incidents/event.ts';
import { takesMore } from '../incidents/firing.ts';
import { type Incident, isFinal } from '../incidents/incident.ts';
import { definedOf } from '../lib/defined.ts';
import { hashOf } from '../lib/hash.ts';
import type { Desk } from './desk.ts';
import type { Folding } from './take_in.ts';

/** The workflow that `app.ts` registers for incidents. */
export const incidentWorkflow = 'incident';

/**
 * Finds the incident that an alert belongs to, by the likeliest common cause: the same thing, then a storm in the same
 * place; otherwise it opens one. Gives its id.
 */
export function placeAlert(alert: Alert, folding: Folding, desk: Desk): string {
  const seen = folding.seen?.(alert);
  const subject = subjectOf(alert, seen);
  const own = desk.newestWith(foldKey(subject, alert));
  if (own && takesMore(own, alert))
    return join(own, alert, `it is about the same thing: ${nameOfSubject(subject)}`, desk);

  const node = nodeOf(alert, seen);
  const opening = { subject, node };
  const places = placesOf(node, namespaceOf(alert));
  for (const place of places) {
    const storm = desk.newestWith(foldKey(subjectOfPlace(place), alert));
    if (storm?.because && isFresh(storm, folding) && takesMore(storm, alert))
      return join(storm, alert, `many things alert ${inPlace(place)}, and it is there too`, desk);
  }
  const stormy = places.find(place => isStorm(place, subject, alert, folding));
  if (!stormy) return open(alert, opening, folding, desk);
  return startStorm(stormy, alert, opening, folding, desk);
}

interface Opening {
  subject: AlertSubject;
  node: string | undefined;
  because?: string;
}

function join(incident: Incident, alert: Alert, because: string, desk: Desk): string {
  desk.join(incident.id, alert, because);
  return incident.id;
}

/** Whether this alert makes the place one too many things that fail in it. */
function isStorm(place: Place, subject: AlertSubject, alert: Alert, { store, now, limits }: Folding): boolean {
  const isPlaceItself = foldKey(subjectOfPlace(place), alert) === foldKey(subject, alert);
  if (isPlaceItself) return false;
  return store.incidents.thingsAt(place, now - limits.storm.windowMs) + 1 >= limitAt(place, limits.storm);
}

/** An incident about the place itself, such as a node that is not ready, becomes the storm's. */
function startStorm(place: Place, alert: Alert, { node }: Opening, folding: Folding, desk: Desk): string {
  const subject = subjectOfPlace(place);
  const { storm } = folding.limits;
  const because = `${limitAt(place, storm)} different things began to alert within ${storm.windowMs / 1000} s ${inPlace(place)}`;
  const about = desk.newestWith(foldKey(subject, alert));
  if (about && takesMore(about, alert)) {
    desk.joinStorm(about.id, alert, because);
    return about.id;
  }
  return open(alert, { subject, node, because }, folding, desk);
}

function isFresh({ lastAlertAt }: Incident, { now }: Folding): boolean {
  return now - Date.parse(lastAlertAt) < stormLastsMs;
}

function open(alert: Alert, { subject, node, because }: Opening, folding: Folding, desk: Desk): string {
  const { store } = folding;
  const id = newId(alert, desk);
  const key = foldKey(subject, alert);
  const recurrence = recurrenceOf(desk.newestWith(key), folding);
  desk.open(id, {
    type: 'opened',
    title: because ?? titleOf(alert),
    subject,
    foldKey: key,
    alerts: [alert],
    ...definedOf({ because, node, recurrence }),
  });
  store.engine.accept([{ id, workflow: incidentWorkflow, input: {} }]);
  return id;
}

function recurrenceOf(before: Incident | undefined, { now, limits }: Folding): Recurrence | undefined {
  if (!before || !isFinal(before.state) || before.closedAt === undefined) return undefined;
  if (now - Date.parse(before.closedAt) > limits.recurrenceMs) return undefined;
  return { of: before.id, count: (before.recurrence?.count ?? 0) + 1 };
}

/** Short enough to be said aloud; the same alert may fire anew. */
function newId(alert: Alert, desk: Desk): string {
  for (let attempt = 0; ; attempt++) {
    const id = `inc-${hashOf([alertKey(alert), attempt], 10)}`;
    if (!desk.get(id)) return id;
  }
}

function inPlace({ kind, name }: Place): string {
  return kind === 'Node' ? `on Node ${name}` : `in Namespace ${name}`;
}

function nameOfSubject({ kind, namespace, name }: AlertSubject): string {
  if (!kind || !name) return 'the same labels';
  return kind === 'Namespace' || !namespace ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}
