import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Alert } from '../../src/alerts/alert.ts';
import { openSqliteStore, type SqliteStoreOptions } from '../../src/durable/sqlite/open_store.ts';
import type { Store } from '../../src/durable/store.ts';
import { incidentWorkflow } from '../../src/intake/place_alert.ts';
import { createIntake, type Intake } from '../../src/intake/receive.ts';
import type { Lookout } from '../../src/intake/whereabouts.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { labSettings } from '../../src/settings.ts';
import { ended, firing } from './folding.ts';

const workflows = { [incidentWorkflow]: async () => undefined };
/** Has to look for everything, and sees nothing. */
const blind: Lookout = { known: () => undefined, look: async () => () => undefined };
/** Never has to look. */
const knowing: Lookout = { known: () => () => undefined, look: () => Promise.reject(new Error('not to be asked')) };

function openStore(more: Partial<SqliteStoreOptions> = {}): Store {
  const store = openSqliteStore({ path: ':memory:', clock: systemClock, log: silentLog, workflows, ...more });
  onTestFinished(() => store.close());
  return store;
}

function intakeOn(store: Store, lookout: Lookout = blind): Intake {
  const intake = createIntake({
    store,
    clock: systemClock,
    log: silentLog,
    limits: labSettings.folding,
    lookout,
    onTaken() {},
  });
  onTestFinished(intake.stop);
  return intake;
}

const good = (...alerts: Alert[]) => ({ alerts, rejected: [] });
const countIn = (store: Store) => store.alerts.page({ limit: 10_000 }).items.length;

test('what is received is in its incident once it has settled; rejected alerts are kept aside', async () => {
  const store = openStore();
  const intake = intakeOn(store);
  await intake.receive({ alerts: [firing('a')], rejected: [{ problem: 'p', body: 'b' }] });
  await intake.settled();
  expect([countIn(store), store.incidents.list().length, store.rejected.count(), intake.backlog()]).toEqual([
    1, 1, 1, 0,
  ]);
});

test('what can be told at once is in its incident when it is answered, with what was rejected', async () => {
  const store = openStore();
  const intake = intakeOn(store, knowing);
  await Promise.all([
    intake.receive({ alerts: [firing('a')], rejected: [{ problem: 'p', body: 'b' }] }),
    intake.receive(good(firing('b'), ended('c'))),
  ]);
  expect([countIn(store), store.incidents.list().length, store.rejected.count(), intake.backlog()]).toEqual([
    3, 1, 1, 0,
  ]);
});

test('whoever comes while others wait does not go past them, and many at once are folded in parcels', async () => {
  const store = openStore();
  const looking = Promise.withResolvers<() => undefined>();
  let knows = false;
  const lookout: Lookout = { known: () => (knows ? () => undefined : undefined), look: () => looking.promise };
  const intake = intakeOn(store, lookout);
  await intake.receive(good(firing('a')));
  knows = true;
  await intake.receive(good(ended('a')));
  expect(intake.backlog()).toBe(2);
  looking.resolve(() => undefined);
  await intake.settled();
  expect(store.incidents.list()).toMatchObject([{ alertCount: 1, firing: 0 }]);
  await intake.receive(good(...Array.from({ length: 201 }, (_, n) => firing(`f${n}`))));
  expect(intake.backlog()).toBe(201);
});

test('a delivery is answered when it is committed, however long the look at the cluster takes', async () => {
  const store = openStore();
  const looking = Promise.withResolvers<() => undefined>();
  const intake = intakeOn(store, { ...blind, look: () => looking.promise });
  await intake.receive(good(firing('a'), firing('b')));
  await intake.receive(good(firing('c')));
  expect([intake.backlog(), countIn(store)]).toEqual([3, 0]);
  looking.resolve(() => undefined);
  await intake.settled();
  expect([intake.backlog(), countIn(store)]).toEqual([0, 3]);
});

test('what was committed and not folded when the process died is folded by the next one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'alertwright-intake-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'alertwright.db');
  const dying = openSqliteStore({ path, clock: systemClock, log: silentLog, workflows });
  const parts = { clock: systemClock, log: silentLog, limits: labSettings.folding, onTaken() {} };
  const first = createIntake({ store: dying, ...parts, lookout: { ...blind, look: () => new Promise(() => {}) } });
  await first.receive(good(firing('a'), firing('b')));
  dying.close();

  const store = openStore({ path });
  const intake = intakeOn(store);
  expect(intake.backlog()).toBe(2);
  intake.start();
  await intake.settled();
  expect([countIn(store), intake.backlog(), store.incidents.list().length]).toEqual([2, 0, 1]);
});

test('a large delivery is folded in parcels: what it ends comes before what it starts', async () => {
  const store = openStore();
  const intake = intakeOn(store);
  await intake.receive(good(...Array.from({ length: 500 }, (_, n) => firing(`f${n}`))));
  const anew = Array.from({ length: 500 }, (_, n) => firing(`g${n}`));
  await intake.receive(good(...anew, ...Array.from({ length: 500 }, (_, n) => ended(`f${n}`))));
  await intake.settled();
  expect(store.incidents.list()).toMatchObject([{ alertCount: 1000, firing: 500 }]);
});

test.each([
  ['from the inbox', blind],
  ['at once', knowing],
])(
  'an alert that can not be folded (%s) is kept with the rejected ones, and its neighbours are folded',
  async (_, lookout) => {
    const store = openStore();
    const intake = intakeOn(store, { ...lookout, look: blind.look });
    // Only a bug of ours could let it through the door.
    const broken = { ...firing('broken'), startsAt: undefined } as unknown as Alert;
    await intake.receive(good(firing('a'), broken, firing('b')));
    await intake.settled();
    expect([countIn(store), intake.backlog()]).toEqual([2, 0]);
    expect(store.rejected.page({ limit: 9 }).items).toMatchObject([
      { problem: expect.stringContaining('not be folded') },
    ]);
  },
);

test.each([
  ['inbox', blind],
  ['incidents', knowing],
])(
  'a full disk (%s) refuses the delivery, keeps nothing of it, and is not ready until there is space',
  async (_, lookout) => {
    const store = openStore({ maxBytes: 400_000 });
    const intake = intakeOn(store, lookout);
    expect(store.healthy()).toEqual({ ok: true });
    const large = Array.from({ length: 190 }, (_, n) =>
      firing(`f${n}`, { annotations: { description: 'd'.repeat(7000) } }),
    );
    await expect(intake.receive(good(...large))).rejects.toMatchObject({ code: 'storage_full' });
    expect([intake.backlog(), store.inbox.first(1)]).toEqual([0, []]);
    expect(store.healthy()).toMatchObject({ ok: false, reason: expect.stringContaining('no space') });
    await intake.receive(good(firing('small')));
    await intake.settled();
    expect(countIn(store)).toBe(1);
  },
);

test('more than can wait is refused, so that the sender keeps it', async () => {
  const store = openStore();
  const looking = Promise.withResolvers<() => undefined>();
  const intake = intakeOn(store, { ...blind, look: () => looking.promise });
  onTestFinished(() => looking.resolve(() => undefined));
  const many = Array.from({ length: 60_000 }, () => ended('a'));
  await intake.receive(good(...many));
  await expect(async () => intake.receive(good(...many))).rejects.toMatchObject({ code: 'intake_full' });
  await intake.receive(good(firing('a')));
  expect(intake.backlog()).toBe(60_001);
});
