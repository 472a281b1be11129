import { expect, test } from 'vitest';
import type { IncidentEvent } from '../../../src/incidents/event.ts';
import type { Incident } from '../../../src/incidents/incident.ts';
import { IllegalTransition, transition } from '../../../src/incidents/incident.ts';
import { anAlert, opened } from './fixtures.ts';
import { beginLife, type Subject } from './subject.ts';

export function incidentsAreLogged(subject: Subject): void {
  test('a key that was seen appends nothing and gives what was recorded, also after a crash', async () => {
    const life = beginLife(subject, {});
    const first = life.store.incidents.append('i', 'open', opened());
    await life.clock.sleep(5000);
    expect(life.store.incidents.append('i', 'open', opened('another'))).toEqual(first);
    life.crash();
    expect(life.store.incidents.append('i', 'open', opened('another'))).toEqual(first);
    expect(life.store.incidents.events('i')).toEqual([first]);
    expect(first).toMatchObject({ seq: 1, at: '2030-01-01T00:00:00.000Z', incident: 'i', type: 'opened' });
    life.end();
  });

  test('events count from one without gaps, and add up to the incident; what can not follow leaves nothing', () => {
    const life = beginLife(subject, {});
    const { incidents } = life.store;
    incidents.append('i', 'open', opened());
    const tooEarly: IncidentEvent = { type: 'undone', target: 't', changes: [], because: 'b' };
    expect(() => incidents.append('i', 'undo', tooEarly)).toThrow(IllegalTransition);
    expect(() => incidents.append('j', 'undo', tooEarly)).toThrow(IllegalTransition);
    incidents.append('i', 'joined', { type: 'alert_joined', alert: anAlert('f2'), because: 'same workload' });
    incidents.append('i', 'start', { type: 'investigation_started', model: 'm', tools: 3 });
    incidents.append('i', 'close', { type: 'closed', state: 'escalated', summary: 's', learned: [] });
    const events = incidents.events('i');
    expect(events.map(event => event.seq)).toEqual([1, 2, 3, 4]);
    expect(incidents.get('i')).toEqual(events.reduce<Incident | undefined>(transition, undefined));
    expect(incidents.get('j')).toBeUndefined();
    expect(incidents.events('i', { afterSeq: 2, limit: 1 }).map(event => event.seq)).toEqual([3]);
    life.end();
  });

  test('lists the newest first, and only the open ones when asked', () => {
    const life = beginLife(subject, {});
    const { incidents } = life.store;
    for (const id of ['a', 'b', 'c']) incidents.append(id, 'open', opened());
    incidents.append('b', 'close', { type: 'closed', state: 'escalated', summary: 's', learned: [] });
    const ids = (query?: { open?: boolean; limit?: number }) => incidents.list(query).map(({ id }) => id);
    expect(ids()).toEqual(['c', 'b', 'a']);
    expect(ids({ open: true })).toEqual(['c', 'a']);
    expect(ids({ open: false })).toEqual(['b']);
    expect(ids({ limit: 2 })).toEqual(['c', 'b']);
    life.end();
  });

  test('an event that is too large is refused, and leaves nothing', () => {
    const life = beginLife(subject, {});
    const huge = { ...opened(), title: 'x'.repeat(300_000) } as ReturnType<typeof opened>;
    expect(() => life.store.incidents.append('i', 'open', huge)).toThrow(
      /event opened of i to take at most 262144 bytes/,
    );
    expect(life.store.incidents.get('i')).toBeUndefined();
    life.end();
  });
}

export function alertsAreBooked(subject: Subject): void {
  test('a firing is found again, and replaced by what is put later', () => {
    const life = beginLife(subject, {});
    const alert = anAlert();
    life.store.alerts.put(alert, 'i');
    life.store.alerts.put({ ...alert, status: 'resolved' }, 'i');
    life.crash();
    const found = life.store.alerts.find(alert.fingerprint, alert.startsAt);
    expect(found).toEqual({ incident: 'i', alert: { ...alert, status: 'resolved' } });
    expect(life.store.alerts.find(alert.fingerprint, '2031-01-01T00:00:00.000Z')).toBeUndefined();
    life.end();
  });

  test('the last incident of a fold key is the newest, ended or not', () => {
    const life = beginLife(subject, {});
    const { incidents, alerts } = life.store;
    const close = (id: string) =>
      incidents.append(id, 'close', { type: 'closed', state: 'escalated', summary: 's', learned: [] });
    incidents.append('old', 'open', opened('key'));
    incidents.append('new', 'open', opened('key'));
    incidents.append('other', 'open', opened('other key'));
    expect(alerts.lastIncident('key')).toBe('new');
    close('new');
    expect(alerts.lastIncident('key')).toBe('new');
    expect(alerts.lastIncident('no such key')).toBeUndefined();
    life.end();
  });
}
