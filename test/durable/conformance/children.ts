import { expect, test } from 'vitest';
import type { Run } from '../../../src/durable/engine.ts';
import { beginLife, createGate, type Subject, turn, until } from './subject.ts';

const forEver = { timeoutMs: Number.POSITIVE_INFINITY };

export function childrenTakeTurns(subject: Subject): void {
  test('one at a time for each key, first come first served, keys do not wait for each other', async () => {
    const log: string[] = [];
    const worker = async (run: Run, key: string) =>
      run.child(key, async inner => {
        log.push(`${run.id} begins`);
        await inner.recv('go', forEver);
        log.push(`${run.id} ends`);
      });
    const life = beginLife(subject, { worker });
    const keys = { a1: 'a', a2: 'a', a3: 'a', b1: 'b' };
    life.store.engine.accept(Object.entries(keys).map(([id, input]) => ({ id, workflow: 'worker', input })));
    await until(() => log.length === 2, 'the first of each key');
    for (const id of ['a3', 'a2', 'a1', 'b1']) life.store.engine.send(id, 'go', 1, 'go');
    await Promise.all(Object.keys(keys).map(id => life.store.engine.result(id)));
    expect(log.filter(line => line.startsWith('a'))).toEqual([
      'a1 begins',
      'a1 ends',
      'a2 begins',
      'a2 ends',
      'a3 begins',
      'a3 ends',
    ]);
    expect(log.slice(0, 2)).toEqual(['a1 begins', 'b1 begins']);
    life.end();
  });

  test('a key stays with its run through a crash, and the queue keeps its order', async () => {
    const log: string[] = [];
    const worker = async (run: Run) => {
      await run.recv('join', forEver);
      return run.child('key', async inner => {
        log.push(`${run.id} begins`);
        const seen = await inner.step('act', () => log.push(`${run.id} acts`));
        await inner.recv('go', forEver);
        log.push(`${run.id} ends`);
        return seen;
      });
    };
    const life = beginLife(subject, { worker });
    life.store.engine.accept(['first', 'second', 'third'].map(id => ({ id, workflow: 'worker', input: null })));
    for (const id of ['third', 'first', 'second']) {
      life.store.engine.send(id, 'join', 1, 'join');
      await turn();
    }
    expect(log).toEqual(['third begins', 'third acts']);
    life.crash();
    await turn();
    for (const id of ['first', 'second', 'third']) life.store.engine.send(id, 'go', 1, 'go');
    for (const id of ['first', 'second', 'third']) await life.store.engine.result(id);
    expect(log.slice(2)).toEqual([
      'third begins',
      'third ends',
      'first begins',
      'first acts',
      'first ends',
      'second begins',
      'second acts',
      'second ends',
    ]);
    life.end();
  });

  test('a child that has ended answers from the journal, also when it failed', async () => {
    let calls = 0;
    const parent = async (run: Run) => {
      const work = (inner: Run) => inner.step('count', () => ++calls);
      const count = await run.child('key', work);
      const failing = (inner: Run) => inner.step('break', () => Promise.reject(new Error('broken')));
      const failure = await run.child('key', failing).catch((error: unknown) => String(error));
      await run.recv('go', forEver);
      return { count, failure };
    };
    const life = beginLife(subject, { parent });
    life.store.engine.accept([{ id: 'r', workflow: 'parent', input: null }]);
    await until(() => calls === 1, 'the child');
    await turn();
    life.crash();
    life.store.engine.send('r', 'go', 1, 'go');
    expect(await life.store.engine.result('r')).toEqual({ count: 1, failure: 'StepError: broken' });
    expect(calls).toBe(1);
    life.end();
  });

  test('a key is not given away while a step of its child is still running', async () => {
    const log: string[] = [];
    const gate = createGate();
    const hasty = async (run: Run) =>
      run.child('key', async inner => {
        const slow = inner.step('slow', async () => {
          await gate.passed;
          log.push('slow has ended');
        });
        await Promise.all([slow, inner.step('quick', () => Promise.reject(new Error('no')))]);
      });
    const next = async (run: Run) => run.child('key', async () => log.push('next begins'));
    const life = beginLife(subject, { hasty, next });
    life.store.engine.accept([
      { id: 'hasty', workflow: 'hasty', input: null },
      { id: 'next', workflow: 'next', input: null },
    ]);
    await turn();
    expect(log).toEqual([]);
    gate.open();
    await expect(life.store.engine.result('hasty')).rejects.toThrow('no');
    await life.store.engine.result('next');
    expect(log).toEqual(['slow has ended', 'next begins']);
    life.end();
  });

  test('a run that fails gives back its keys and its place in queues', async () => {
    const fails = async (run: Run) => {
      const held = run.child('a', inner => inner.recv('never', forEver));
      const queued = run.child('b', inner => inner.recv('never', forEver));
      await Promise.all([held, queued, run.step('fail', () => Promise.reject(new Error('no')))]);
    };
    const takes = async (run: Run, key: string) => run.child(key, async () => 'taken');
    const life = beginLife(subject, { fails, takes });
    life.store.engine.accept([
      { id: 'r', workflow: 'fails', input: null },
      { id: 'a', workflow: 'takes', input: 'a' },
      { id: 'b', workflow: 'takes', input: 'b' },
    ]);
    await expect(life.store.engine.result('r')).rejects.toThrow('no');
    expect(await life.store.engine.result('a')).toBe('taken');
    expect(await life.store.engine.result('b')).toBe('taken');
    life.end();
  });

  test('asking for a key that the run holds already fails the run', async () => {
    const twice = async (run: Run) => run.child('key', inner => inner.child('key', async () => 1));
    const life = beginLife(subject, { twice });
    life.store.engine.accept([{ id: 'r', workflow: 'twice', input: null }]);
    await expect(life.store.engine.result('r')).rejects.toThrow('it would wait for itself');
    life.end();
  });
}
