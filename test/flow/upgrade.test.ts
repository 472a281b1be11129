import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startApp } from '../../src/app.ts';
import { openSqliteStore } from '../../src/durable/sqlite/open_store.ts';
import { incidentWorkflow } from '../../src/intake/place_alert.ts';
import { takeIn } from '../../src/intake/take_in.ts';
import { type Cluster, ClusterError } from '../../src/kubernetes/cluster.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { labSettings } from '../../src/settings.ts';
import { alertFor } from '../support/incidents.ts';

const away = () => Promise.reject(new ClusterError(0, 'Unreachable', 'nobody answers'));
const noCluster: Cluster = {
  get: away,
  list: away,
  logs: away,
  dryRun: away,
  patch: away,
  create: away,
  close: async () => {},
};

test('an incident whose run does not fit the program any more goes to a person', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'alertwright-upgrade-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const database = join(folder, 'alertwright.db');
  const parts = { clock: systemClock, log: silentLog };

  // An older program, whose first step had another name, and which was killed in its second.
  const reached = Promise.withResolvers<void>();
  const workflows = {
    [incidentWorkflow]: async (run: { step: <T>(name: string, work: () => Promise<T>) => Promise<T> }) => {
      await run.step('a step of long ago', async () => 1);
      await run.step('another one', () => {
        reached.resolve();
        return new Promise(() => {});
      });
    },
  };
  const old = openSqliteStore({ path: database, ...parts, workflows });
  old.engine.start();
  const folding = { store: old, now: systemClock.now(), limits: labSettings.folding };
  const [incident] = takeIn([alertFor({ namespace: 'shop', deployment: 'cart' })], folding).opened;
  await reached.promise;
  old.close();

  const model = { name: 'away', complete: () => Promise.reject(new Error('not asked')) };
  const app = await startApp({ cluster: noCluster, model, ...parts }, { ...labSettings, database });
  onTestFinished(app.stop);
  await expect
    .poll(() => app.store.incidents.get(incident!))
    .toMatchObject({
      state: 'escalated',
      summary: expect.stringContaining('it could not go on'),
    });
});
