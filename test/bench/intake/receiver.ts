import { openSqliteStore } from '../../../src/durable/sqlite/open_store.ts';
import type { Store } from '../../../src/durable/store.ts';
import { incidentWorkflow } from '../../../src/intake/place_alert.ts';
import { createIntake } from '../../../src/intake/receive.ts';
import { createLookout } from '../../../src/intake/whereabouts.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { createServer } from '../../../src/server/server.ts';
import { labSettings } from '../../../src/settings.ts';

/** Something that takes alerts in. */
export interface Receiver {
  url: string;
  /** Resolves when nothing is left to do for what was sent. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

const noPods = { apiVersion: 'v1', kind: 'PodList', metadata: { resourceVersion: '1' } };

/** Our own way in, up to the incident: the runs wait. The cluster has none of the pods, and says so at once. */
export async function startOurs(path: string): Promise<Receiver & { store: Store }> {
  const [clock, log] = [systemClock, silentLog];
  const store = openSqliteStore({ path, clock, log, workflows: { [incidentWorkflow]: async () => undefined } });
  const cluster = {
    get: async () => undefined,
    list: async () => ({ ...noPods, items: [] }),
  };
  const lookout = createLookout({ cluster, clock, log });
  const intake = createIntake({ store, clock, log, lookout, limits: labSettings.folding, onTaken: () => undefined });
  const server = createServer({
    store,
    clock,
    log,
    receive: intake.receive,
    answerApproval: () => undefined,
    checks: {},
  });
  intake.start();
  return {
    store,
    url: await server.listen({ host: '127.0.0.1', port: 0 }),
    settled: intake.settled,
    async close() {
      await server.close();
      await intake.stop();
      store.close();
    },
  };
}
