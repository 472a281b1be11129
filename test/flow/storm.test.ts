import { expect, onTestFinished, test } from 'vitest';
import type { Alert } from '../../src/alerts/alert.ts';
import { startLab } from '../../src/lab.ts';
import { silentLog } from '../../src/lib/log.ts';
import { scriptedDiagnostician } from '../../src/model/open_model.ts';
import { loadScenario } from '../../src/simulation/scenario/load.ts';
import { alertFor } from '../support/incidents.ts';

function stormAt(startsAt: string): Alert[] {
  const labels = { namespace: 'shop', deployment: 'checkout' };
  const annotations = { description: 'd'.repeat(500) };
  return Array.from({ length: 3000 }, (_, index) =>
    alertFor(labels, { fingerprint: `f${index}`, startsAt, annotations }),
  );
}

test('an incident of thousands of alerts goes all the way', async () => {
  const lab = await startLab({
    scenario: loadScenario('rejected-setting'),
    model: scriptedDiagnostician,
    log: silentLog,
  });
  onTestFinished(lab.close);
  const { incidents } = lab.app.store;
  const ended = (storm: Alert[]) => storm.map((alert): Alert => ({ ...alert, status: 'resolved' }));
  let storm: Alert[] = [];
  const closed = new Promise<string>(resolve => {
    incidents.subscribe(event => {
      if (event.type === 'opened') {
        storm = stormAt(event.at);
        void lab.app.receive({ alerts: storm, rejected: [] });
      }
      if (event.type === 'applied') void lab.app.receive({ alerts: ended(storm), rejected: [] });
      if (event.type === 'closed') resolve(event.incident);
    });
  });
  lab.cluster.alertTo(lab.webhookUrl);
  await lab.cluster.injectFault();
  expect(incidents.get(await closed)).toMatchObject({ state: 'resolved', summary: expect.anything() });
});
