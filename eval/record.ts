import { type LabModel, startLab } from '../src/lab.ts';
import { silentLog } from '../src/lib/log.ts';
import { labSettings } from '../src/settings.ts';
import type { Scenario } from '../src/simulation/scenario/scenario.ts';
import type { AlertmanagerBody } from '../src/simulation/signals/alertmanager_body.ts';

const diagnostician: LabModel = { kind: 'scripted', policy: 'scripted-diagnostician' };

/** What the webhook was sent in the half hour after the fault, while somebody dealt with it: what `replay` plays. */
export async function recordAlerts(scenario: Scenario): Promise<readonly AlertmanagerBody[]> {
  const lab = await startLab({ scenario, model: diagnostician, log: silentLog, settings: labSettings });
  try {
    lab.cluster.alertTo(lab.webhookUrl);
    await lab.cluster.injectFault();
    await lab.clock.sleep(1_800_000);
    return lab.cluster.sentAlerts();
  } finally {
    await lab.close();
  }
}
