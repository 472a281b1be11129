import { expect, test } from 'vitest';
import { beginLife, type Subject } from './subject.ts';

export function toolsArePinned(subject: Subject): void {
  test('the first hash stays, also after a crash, until somebody agrees to another', async () => {
    const life = beginLife(subject, {});
    expect(life.store.toolPins.of('other')).toEqual([]);
    expect(life.store.toolPins.pin('other', 'look', 'a1')).toBe('a1');
    expect(life.store.toolPins.pin('other', 'look', 'b2')).toBe('a1');
    life.crash();
    expect(life.store.toolPins.pin('other', 'look', 'b2')).toBe('a1');
    await life.clock.sleep(5000);
    life.store.toolPins.confirm('other', 'look', { hash: 'b2', by: 'ada' });
    life.crash();
    expect(life.store.toolPins.pin('other', 'look', 'a1')).toBe('b2');
    const pinnedAt = '2030-01-01T00:00:05.000Z';
    expect(life.store.toolPins.of('other')).toEqual([
      { server: 'other', tool: 'look', hash: 'b2', pinnedAt, confirmedBy: 'ada' },
    ]);
    life.end();
  });

  test('servers and tools do not share pins', () => {
    const { store, end } = beginLife(subject, {});
    store.toolPins.pin('one', 'look', 'a1');
    store.toolPins.pin('one', 'Look', 'c3');
    store.toolPins.pin('two', 'look', 'b2');
    expect(store.toolPins.of('one').map(({ tool, hash }) => [tool, hash])).toEqual([
      ['Look', 'c3'],
      ['look', 'a1'],
    ]);
    expect(store.toolPins.of('two').map(({ hash }) => hash)).toEqual(['b2']);
    end();
  });

  test('a pin in a transaction that is taken back was never there', () => {
    const { store, end } = beginLife(subject, {});
    const failing = () => {
      store.toolPins.pin('other', 'look', 'a1');
      throw new Error('no');
    };
    expect(() => store.transaction(failing)).toThrow('no');
    expect(store.toolPins.of('other')).toEqual([]);
    end();
  });
}
