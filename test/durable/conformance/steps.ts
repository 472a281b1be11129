import { expect, test } from 'vitest';
import { type Run, StepError } from '../../../src/durable/engine.ts';
import { beginLife, createGate, type Subject, turn, until } from './subject.ts';

export function stepsAreJournaled(subject: Subject): void {
  test('a completed step answers from the journal after a crash, and is not run again', async () => {
    const calls: string[] = [];
    const gate = createGate();
    const work = async (run: Run) => {
      const first = await run.step('first', () => calls.push('first'));
      await run.step('second', () => {
        calls.push('second');
        return calls.length > 2 ? undefined : gate.passed;
      });
      return { first, calls: calls.length };
    };
    const life = beginLife(subject, { work });
    life.store.engine.accept([{ id: 'r', workflow: 'work', input: null }]);
    await until(() => calls.length === 2, 'both steps to begin');
    life.crash();
    expect(await life.store.engine.result('r')).toEqual({ first: 1, calls: 3 });
    expect(calls).toEqual(['first', 'second', 'second']);
    life.end();
  });

  test('parallel steps have places of their own', async () => {
    const counts = [0, 0, 0];
    const gate = createGate();
    const fanOut = async (run: Run) => {
      const parts = counts.map((_, index) =>
        run.step(`part ${index}`, async () => {
          counts[index]! += 1;
          if (index === 1 && counts[1] === 1) await gate.passed;
          return index;
        }),
      );
      return Promise.all(parts);
    };
    const life = beginLife(subject, { fanOut });
    life.store.engine.accept([{ id: 'r', workflow: 'fanOut', input: null }]);
    await until(() => counts.every(count => count === 1), 'all parts to begin');
    life.crash();
    expect(await life.store.engine.result('r')).toEqual([0, 1, 2]);
    expect(counts).toEqual([1, 2, 1]);
    life.end();
  });

  test('a failure is journaled, and is the same StepError when it is replayed', async () => {
    let calls = 0;
    const seen: unknown[] = [];
    const fails = async (run: Run) => {
      const refuse = () => {
        calls += 1;
        throw Object.assign(new Error('no such host'), { code: 'ENOTFOUND' });
      };
      const error = await run.step('resolve', refuse).catch((thrown: unknown) => thrown);
      seen.push(error);
      await run.recv('go', { timeoutMs: Number.POSITIVE_INFINITY });
      return 'handled';
    };
    const life = beginLife(subject, { fails });
    life.store.engine.accept([{ id: 'r', workflow: 'fails', input: null }]);
    await until(() => seen.length === 1, 'the failure');
    life.crash();
    life.store.engine.send('r', 'go', 1, 'go');
    expect(await life.store.engine.result('r')).toBe('handled');
    expect(calls).toBe(1);
    for (const error of seen) {
      expect(error).toBeInstanceOf(StepError);
      expect(error).toMatchObject({ step: 'resolve', message: 'no such host', code: 'ENOTFOUND' });
    }
    life.end();
  });

  test('a run that throws has failed, for this process and for the next', async () => {
    const fails = async (run: Run) => run.step('reach', () => Promise.reject(new Error('refused')));
    const life = beginLife(subject, { fails });
    life.store.engine.accept([{ id: 'r', workflow: 'fails', input: null }]);
    await expect(life.store.engine.result('r')).rejects.toMatchObject({ step: 'reach', message: 'refused' });
    life.crash();
    await expect(life.store.engine.result('r')).rejects.toMatchObject({ step: 'reach', message: 'refused' });
    life.end();
  });

  test('the first answer has the shape of every later one', async () => {
    const dates = async (run: Run) => run.step('date', () => ({ at: new Date(0), left: undefined }));
    const life = beginLife(subject, { dates });
    life.store.engine.accept([{ id: 'r', workflow: 'dates', input: null }]);
    expect(await life.store.engine.result('r')).toEqual({ at: '1970-01-01T00:00:00.000Z' });
    life.end();
  });

  test('a result that is too large is a failure that says so', async () => {
    const large = async (run: Run) => run.step('read', () => 'x'.repeat(2 ** 21));
    const life = beginLife(subject, { large });
    life.store.engine.accept([{ id: 'r', workflow: 'large', input: null }]);
    await expect(life.store.engine.result('r')).rejects.toThrow(
      /expected the result of read to take at most \d+ bytes/,
    );
    life.end();
  });

  test('other steps than before fail the run, even when it would catch that', async () => {
    const waits = async (run: Run) => {
      await run.step('read', () => 1);
      await run.recv('go', { timeoutMs: Number.POSITIVE_INFINITY });
    };
    const changed = async (run: Run) => {
      await run.step('write', () => 1).catch(() => undefined);
      return 'caught';
    };
    const life = beginLife(subject, { work: waits });
    life.store.engine.accept([{ id: 'r', workflow: 'work', input: null }]);
    await turn();
    life.crash({ work: changed });
    await expect(life.store.engine.result('r')).rejects.toThrow(
      /the workflow changed .*expected step "read", got step "write"/,
    );
    life.end();
  });
}

export function runsAreAcceptedOnce(subject: Subject): void {
  const echo = async (_run: Run, input: unknown) => input;

  test('an id that is known changes nothing, also after a crash', async () => {
    const life = beginLife(subject, { echo });
    const { engine } = life.store;
    const first = engine.accept([
      { id: 'a', workflow: 'echo', input: 1 },
      { id: 'a', workflow: 'echo', input: 2 },
    ]);
    expect(first).toEqual({ started: ['a'], known: ['a'] });
    life.crash();
    expect(life.store.engine.accept([{ id: 'a', workflow: 'echo', input: 3 }])).toEqual({ started: [], known: ['a'] });
    expect(await life.store.engine.result('a')).toBe(1);
    life.end();
  });

  test('a run begins after start, and with what was accepted', async () => {
    const life = beginLife(subject, { echo }, { started: false });
    const input = { list: [1] };
    life.store.engine.accept([{ id: 'a', workflow: 'echo', input }]);
    input.list.push(2);
    life.store.engine.start();
    expect(await life.store.engine.result('a')).toEqual({ list: [1] });
    life.end();
  });

  test('an unknown workflow, run and receiver are refused', async () => {
    const life = beginLife(subject, { echo });
    const { engine } = life.store;
    expect(() => engine.accept([{ id: 'a', workflow: 'ecko', input: 1 }])).toThrow('got "ecko"');
    expect(() => engine.send('nobody', 'topic', 1, 'm')).toThrow('got "nobody"');
    await expect(engine.result('nobody')).rejects.toThrow('got "nobody"');
    life.end();
  });

  test('a run whose workflow is gone is left for a version that has it', async () => {
    const life = beginLife(subject, { echo }, { started: false });
    life.store.engine.accept([{ id: 'a', workflow: 'echo', input: 1 }]);
    life.crash({});
    await turn();
    life.crash({ echo });
    expect(await life.store.engine.result('a')).toBe(1);
    life.end();
  });
}
