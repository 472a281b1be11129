import { expect, test } from 'vitest';
import type { Run } from '../../../src/durable/engine.ts';
import { anAlert, opened } from './fixtures.ts';
import { beginLife, type Subject, turn } from './subject.ts';

export function transactionsAreWhole(subject: Subject): void {
  const begun: string[] = [];
  const note = async (run: Run) => begun.push(run.id);
  const waits = async (run: Run) => run.recv('in', { timeoutMs: 1000 });

  test('work that throws leaves nothing, and starts, wakes and tells nobody', async () => {
    const life = beginLife(subject, { note, waits });
    const { store } = life;
    const heard: string[] = [];
    store.incidents.subscribe(event => heard.push(event.type));
    store.engine.accept([{ id: 'waiting', workflow: 'waits', input: null }]);
    const work = () => {
      store.engine.accept([{ id: 'lost', workflow: 'note', input: null }]);
      store.engine.send('waiting', 'in', 'lost', '1');
      store.incidents.append('i', 'open', opened());
      store.alerts.put({ alert: anAlert(), incident: 'i', heardAt: 1 });
      store.inbox.put([anAlert()], 1);
      store.effects.intend('e', { incident: 'i', action: 'a', target: 't' });
      throw new Error('never mind');
    };
    expect(() => store.transaction(work)).toThrow('never mind');
    expect(await store.engine.result('waiting')).toBeUndefined();
    expect(begun).not.toContain('lost');
    expect(heard).toEqual([]);
    expect(store.incidents.get('i')).toBeUndefined();
    expect(store.alerts.last(anAlert().fingerprint)).toBeUndefined();
    expect([store.inbox.backlog(), store.inbox.first(1)]).toEqual([0, []]);
    expect(store.effects.find('e')).toBeUndefined();
    await expect(store.engine.result('lost')).rejects.toThrow('got "lost"');
    life.end();
  });

  test('an inner transaction that fails takes back its own part only', async () => {
    const life = beginLife(subject, { note });
    const { store } = life;
    store.transaction(() => {
      store.engine.accept([{ id: 'outer', workflow: 'note', input: null }]);
      const inner = () => {
        store.engine.accept([{ id: 'inner', workflow: 'note', input: null }]);
        throw new Error('only this');
      };
      expect(() => store.transaction(inner)).toThrow('only this');
    });
    await store.engine.result('outer');
    await turn();
    expect(begun).toContain('outer');
    expect(begun).not.toContain('inner');
    life.end();
  });

  test('listeners hear of events in the order of the commits, after them, and one that throws does no harm', () => {
    const life = beginLife(subject, {});
    const { store } = life;
    const heard: string[] = [];
    store.incidents.subscribe(event => {
      if (event.type === 'opened')
        store.incidents.append('i', 'start', { type: 'investigation_started', model: 'm', tools: 1 });
      throw new Error('a bad listener');
    });
    const leave = store.incidents.subscribe(event => heard.push(event.type));
    store.transaction(() => {
      store.incidents.append('i', 'open', opened());
      expect(heard).toEqual([]);
    });
    expect(heard).toEqual(['opened', 'investigation_started']);
    leave();
    store.incidents.append('j', 'open', opened());
    expect(heard).toHaveLength(2);
    life.end();
  });

  test('asynchronous work is refused', () => {
    const life = beginLife(subject, { note });
    expect(() => life.store.transaction(async () => 1)).toThrow('expected synchronous work');
    expect(life.store.healthy()).toEqual({ ok: true });
    life.end();
  });
}
