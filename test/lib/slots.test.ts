import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSlots } from '../../src/lib/slots.ts';

const patient = new AbortController().signal;

test('never more at once than there are places, first come first served, and all get one', async () => {
  const works = fc.array(fc.record({ turns: fc.nat(5), fails: fc.boolean() }), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), works, async (count, all) => {
      const slots = createSlots(count);
      const started: number[] = [];
      let inside = 0;
      let most = 0;
      const ended = all.map(({ turns, fails }, index) =>
        slots.use(async () => {
          started.push(index);
          inside += 1;
          most = Math.max(most, inside);
          for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
          inside -= 1;
          if (fails) throw new Error('failed');
        }, patient),
      );
      const results = await Promise.allSettled(ended);
      expect(results.map(({ status }) => status === 'rejected')).toEqual(all.map(({ fails }) => fails));
      expect(started).toEqual(all.map((_, index) => index));
      expect(most).toBeLessThanOrEqual(count);
    }),
  );
});

test('whoever gives up while waiting takes no place', async () => {
  const slots = createSlots(1);
  const first = Promise.withResolvers<void>();
  const held = slots.use(() => first.promise, patient);
  const impatience = new AbortController();
  const given = slots.use(async () => 'too late', impatience.signal);
  const last = slots.use(async () => 'in turn', patient);
  impatience.abort(new Error('no patience'));
  await expect(given).rejects.toThrow('no patience');
  first.resolve();
  await held;
  expect(await last).toBe('in turn');
  await expect(slots.use(async () => 'at all', impatience.signal)).rejects.toThrow('no patience');
  expect(await slots.use(async () => 'free again', patient)).toBe('free again');
});
