import { expect, test } from 'vitest';
import type { Run } from '../../../src/durable/engine.ts';
import { beginLife, type Subject, turn, until } from './subject.ts';

const forEver = { timeoutMs: Number.POSITIVE_INFINITY };

export function messagesArriveOnce(subject: Subject): void {
  test('messages come in order, each once, and a repeated id is no message', async () => {
    const reader = async (run: Run) => [
      await run.recv('in', forEver),
      await run.recv('in', forEver),
      await run.recv('in', { timeoutMs: 1000 }),
    ];
    const life = beginLife(subject, { reader });
    life.store.engine.accept([{ id: 'r', workflow: 'reader', input: null }]);
    life.store.engine.send('r', 'other', 'not for you', '0');
    life.store.engine.send('r', 'in', 'one', '1');
    life.store.engine.send('r', 'in', 'again', '1');
    life.crash();
    life.store.engine.send('r', 'in', 'two', '2');
    life.store.engine.send('r', 'in', 'again', '1');
    expect(await life.store.engine.result('r')).toEqual(['one', 'two', null]);
    life.end();
  });

  test('a message that was consumed before a crash is the same afterwards, and not there twice', async () => {
    const seen: unknown[] = [];
    const reader = async (run: Run) => {
      seen.push(await run.recv('in', forEver));
      seen.push(await run.recv('in', forEver));
    };
    const life = beginLife(subject, { reader });
    life.store.engine.accept([{ id: 'r', workflow: 'reader', input: null }]);
    life.store.engine.send('r', 'in', { n: 1 }, '1');
    await until(() => seen.length === 1, 'the first message');
    life.crash();
    await until(() => seen.length === 2, 'the first message, again');
    await turn();
    life.store.engine.send('r', 'in', { n: 2 }, '2');
    await life.store.engine.result('r');
    expect(seen).toEqual([{ n: 1 }, { n: 1 }, { n: 2 }]);
    life.end();
  });

  test('several receivers share a topic in the order of their calls', async () => {
    const pair = async (run: Run) => Promise.all([run.recv('in', forEver), run.recv('in', forEver)]);
    const life = beginLife(subject, { pair });
    life.store.engine.accept([{ id: 'r', workflow: 'pair', input: null }]);
    await turn();
    life.store.transaction(() => {
      life.store.engine.send('r', 'in', 'a', '1');
      life.store.engine.send('r', 'in', 'b', '2');
    });
    expect(await life.store.engine.result('r')).toEqual(['a', 'b']);
    life.end();
  });

  test('a time-out keeps its deadline through crashes, and stays a time-out', async () => {
    const times: number[] = [];
    const waiter = async (run: Run) => {
      const message = await run.recv('in', { timeoutMs: 60_000 });
      times.push(life.clock.now() - begun);
      const late = await run.recv('in', { timeoutMs: 60_000 });
      return { message, late };
    };
    const life = beginLife(subject, { waiter });
    const begun = life.clock.now();
    life.store.engine.accept([{ id: 'r', workflow: 'waiter', input: null }]);
    await life.clock.sleep(40_000);
    life.crash();
    await life.clock.sleep(30_000);
    life.store.engine.send('r', 'in', 'late', '1');
    life.crash();
    expect(await life.store.engine.result('r')).toEqual({ late: 'late' });
    expect(times).toEqual([60_000, 70_000]);
    life.end();
  });
}

export function timersOutliveTheProcess(subject: Subject): void {
  test('a sleep ends when it would have ended without the crash', async () => {
    const sleeper = async (run: Run) => {
      await run.sleep(60_000);
      return life.clock.now() - begun;
    };
    const life = beginLife(subject, { sleeper });
    const begun = life.clock.now();
    life.store.engine.accept([{ id: 'r', workflow: 'sleeper', input: null }]);
    await life.clock.sleep(45_000);
    life.crash();
    expect(await life.store.engine.result('r')).toBe(60_000);
    life.end();
  });

  test('time stands still while a step is running, and does not jump past what is ready', async () => {
    const worker = async (run: Run) => {
      for (let count = 0; count < 20; count++) await run.step(`turn ${count}`, () => turn());
      return life.clock.now() - begun;
    };
    const life = beginLife(subject, { worker });
    const begun = life.clock.now();
    const tick = life.clock.sleep(1);
    life.store.engine.accept([{ id: 'r', workflow: 'worker', input: null }]);
    const [took] = await Promise.all([life.store.engine.result<number>('r'), tick]);
    expect(took).toBe(0);
    life.end();
  });
}

export function stoppingLeavesRunsWhereTheyAre(subject: Subject): void {
  test('a step in flight is finished and journaled; nothing follows it, and no catch block runs', async () => {
    const seen: string[] = [];
    const finish = Promise.withResolvers<void>();
    const work = async (run: Run) => {
      try {
        await run.step('slow', () => {
          seen.push('slow');
          return finish.promise;
        });
        await run.step('next', () => seen.push('next'));
      } catch {
        seen.push('caught');
      }
    };
    const life = beginLife(subject, { work });
    life.store.engine.accept([{ id: 'r', workflow: 'work', input: null }]);
    await until(() => seen.length === 1, 'the step to begin');
    const stopped = life.store.engine.stop(10_000);
    finish.resolve();
    await stopped;
    await turn();
    expect(seen).toEqual(['slow']);
    life.crash();
    await life.store.engine.result('r');
    expect(seen).toEqual(['slow', 'next']);
    life.end();
  });

  test('after the grace the signal of a step is aborted, and its end is forgotten', async () => {
    const seen: string[] = [];
    const work = async (run: Run) =>
      run
        .step('endless', async signal => {
          seen.push('begun');
          if (seen.length > 1) return 'ended';
          await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
          return 'never';
        })
        .catch(() => seen.push('caught'));
    const life = beginLife(subject, { work });
    life.store.engine.accept([{ id: 'r', workflow: 'work', input: null }]);
    await until(() => seen.length === 1, 'the step to begin');
    await life.store.engine.stop(1);
    await turn();
    life.crash();
    expect(await life.store.engine.result('r')).toBe('ended');
    expect(seen).toEqual(['begun', 'begun']);
    life.end();
  });

  test('what waits is left at once, and a stopped store still takes what arrives', async () => {
    const waits = async (run: Run) => {
      await Promise.all([run.sleep(3_600_000), run.child('key', inner => inner.recv('in', forEver))]);
      return 'ended';
    };
    const life = beginLife(subject, { waits });
    life.store.engine.accept([{ id: 'r', workflow: 'waits', input: null }]);
    await life.store.engine.stop();
    life.store.engine.send('r', 'in', 1, '1');
    life.store.engine.accept([{ id: 's', workflow: 'waits', input: null }]);
    life.crash();
    life.store.engine.send('s', 'in', 1, '1');
    expect(await Promise.all([life.store.engine.result('r'), life.store.engine.result('s')])).toEqual([
      'ended',
      'ended',
    ]);
    life.end();
  });
}
