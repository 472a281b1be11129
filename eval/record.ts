import { startLab } from '../src/lab.ts';
import { silentLog } from '../src/lib/log.ts';
import { scriptedDiagnostician } from '../src/model/open_model.ts';
import type { Scenario } from '../src/simulation/scenario/scenario.ts';
import type { AlertmanagerBody } from '../src/simulation/signals/alertmanager_body.ts';

/** What the webhook was sent in the half hour after the fault, while somebody dealt with it: what `replay` plays. */
export async function recordAlerts(scenario: Scenario): Promise<readonly AlertmanagerBody[]> {
  const lab = await startLab({ scenario, model: scriptedDiagnostician, log: silentLog });
  try {
    lab.cluster.alertTo(lab.webhookUrl);
    await lab.cluster.injectFault();
    await lab.clock.sleep(1_800_000);
    return lab.cluster.sentAlerts();
  } finally {
    await lab.close();
  }
}
