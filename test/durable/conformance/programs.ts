import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyOnce } from '../../../src/durable/apply_once.ts';
import type { Run } from '../../../src/durable/engine.ts';
import type { Store } from '../../../src/durable/store.ts';
import { beginLife, type Subject } from './subject.ts';

/** One thing that a random program does. */
type Instruction =
  | { do: 'effects'; count: number }
  | { do: 'fail' }
  | { do: 'sleep'; ms: number }
  | { do: 'recv'; topic: string }
  | { do: 'child'; key: string; body: Instruction[] };

const { program } = fc.letrec<{ instruction: Instruction; program: Instruction[] }>(tie => ({
  instruction: fc.oneof(
    { maxDepth: 2 },
    fc.record({ do: fc.constant('effects' as const), count: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ do: fc.constant('fail' as const) }),
    fc.record({ do: fc.constant('sleep' as const), ms: fc.integer({ min: 0, max: 5 }) }),
    fc.record({ do: fc.constant('recv' as const), topic: fc.constantFrom('mail', 'silence') }),
    // Keys are given by depth, so that no two runs wait for each other.
    fc.record({ do: fc.constant('child' as const), key: fc.constant('key'), body: tie('program') }),
  ),
  program: fc.array(tie('instruction'), { maxLength: 5 }),
}));

export function programsSurviveCrashes(subject: Subject): void {
  test('random programs that are interrupted at random points end as if nobody had interrupted them', async () => {
    const programs = fc.array(program, { minLength: 1, maxLength: 3 });
    const crashes = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 6 });
    const property = fc.asyncProperty(programs, crashes, async (work, interruptions) => {
      const calm = await execute(subject, work, []);
      const stormy = await execute(subject, work, interruptions);
      expect(stormy.results).toEqual(calm.results);
      expect(stormy.effects).toEqual(calm.effects);
      expect(new Set(stormy.effects.values())).toEqual(new Set(stormy.effects.size ? [1] : []));
    });
    await fc.assert(property, { numRuns: 100, interruptAfterTimeLimit: 5_000 });
  });
}

/** What the effects of the programs do to: it outlives every process. */
interface World {
  life: number;
  effects: Map<string, number>;
  holders: Map<string, string>;
}

async function execute(subject: Subject, programs: Instruction[][], interruptions: number[]) {
  const world: World = { life: 0, effects: new Map(), holders: new Map() };
  const program = async (run: Run, input: Instruction[]) =>
    interpret({ run, world, store: life.store, depth: 0 }, input);
  const life = beginLife(subject, { program }, { started: false });
  const ids = programs.map((_, index) => `run ${index}`);
  life.store.transaction(() => {
    life.store.engine.accept(programs.map((input, index) => ({ id: ids[index]!, workflow: 'program', input })));
    for (const id of ids) for (const n of [1, 2, 3]) life.store.engine.send(id, 'mail', `letter ${n}`, `mail ${n}`);
  });
  life.store.engine.start();
  for (const turns of interruptions) {
    for (let count = 0; count < turns; count++) await new Promise(resolve => setImmediate(resolve));
    world.life += 1;
    life.crash();
  }
  const ended = Promise.all(ids.map(id => life.store.engine.result(id)));
  const results = await within(20_000, ended);
  life.end();
  return { results, effects: new Map([...world.effects].sort()) };
}

interface Machine {
  run: Run;
  world: World;
  store: Store;
  depth: number;
}

async function interpret(machine: Machine, program: Instruction[], path = machine.run.id): Promise<unknown[]> {
  const results: unknown[] = [];
  for (const [index, instruction] of program.entries()) {
    results.push(await perform(machine, instruction, `${path}/${index}`));
  }
  return results;
}

async function perform(machine: Machine, instruction: Instruction, path: string): Promise<unknown> {
  const { run } = machine;
  switch (instruction.do) {
    case 'effects': {
      const names = Array.from({ length: instruction.count }, (_, index) => `${path}:${index}`);
      return Promise.all(names.map(name => run.step(name, () => affect(machine, name))));
    }
    case 'fail':
      return run.step(path, () => Promise.reject(new Error(path))).catch((error: unknown) => String(error));
    case 'sleep':
      return run.sleep(instruction.ms);
    case 'recv':
      return (await run.recv(instruction.topic, { timeoutMs: 3 })) ?? 'nothing';
    case 'child':
      return run.child(`${instruction.key} ${machine.depth}`, inner => hold(machine, inner, instruction.body, path));
  }
}

/** Looks whether somebody else is inside, then works, then leaves. A crash inside leaves the mark: the key is still ours. */
async function hold(machine: Machine, inner: Run, body: Instruction[], path: string): Promise<unknown[]> {
  const key = `${machine.depth}`;
  const { holders } = machine.world;
  await inner.step('enter', () => {
    expect(holders.get(key) ?? path).toBe(path);
    holders.set(key, path);
  });
  const results = await interpret({ ...machine, run: inner, depth: machine.depth + 1 }, body, path);
  await inner.step('leave', () => {
    holders.delete(key);
  });
  return results;
}

async function within<T>(turns: number, work: Promise<T>): Promise<T> {
  let settled = false;
  const note = () => {
    settled = true;
  };
  work.then(note, note);
  for (let count = 0; count < turns && !settled; count++) await new Promise(resolve => setImmediate(resolve));
  if (!settled) throw new Error(`expected the programs to end within ${turns} turns of the event loop`);
  return work;
}

/** Counts one, with a turn of the event loop before and after it in which the process can die. */
async function affect({ world, store }: Machine, key: string): Promise<unknown> {
  const { life } = world;
  const breathe = async () => {
    await new Promise(resolve => setImmediate(resolve));
    if (world.life !== life) await new Promise(() => {});
  };
  const detail = { incident: 'i', action: 'count', target: key };
  return applyOnce(store.effects, {
    key,
    detail,
    refused: () => false,
    async act() {
      await breathe();
      world.effects.set(key, (world.effects.get(key) ?? 0) + 1);
      await breathe();
      return key;
    },
    probe: async () => (world.effects.has(key) ? { state: 'applied', value: key } : { state: 'absent' }),
  });
}
