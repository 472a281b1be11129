import { startLab } from '../../src/lab.ts';
import { stopwatch } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { scriptedDiagnostician } from '../../src/model/open_model.ts';
import { loadScenario, scenarioNames } from '../../src/simulation/scenario/load.ts';

const clusterHours = 2;

/** How much cluster time a second on the wall holds, and what an incident costs, end to end, for each scenario. */
export async function benchLab(): Promise<void> {
  console.log('lab: what a second on the wall holds, and what an incident costs');
  for (const name of scenarioNames()) {
    const lab = await startLab({ scenario: loadScenario(name), model: scriptedDiagnostician, log: silentLog });
    try {
      lab.cluster.alertTo(lab.webhookUrl);
      await lab.cluster.injectFault();
      const elapsed = stopwatch();
      await lab.clock.sleep(clusterHours * 3_600_000);
      const ratio = Math.round((clusterHours * 3_600_000) / Math.max(1, elapsed()));
      const { usage, state } = lab.app.store.incidents.list().at(-1)!;
      const tokens = usage.promptTokens + usage.completionTokens;
      console.log(
        `  ${name.padEnd(30)} ${String(ratio).padStart(7)} cluster seconds a second; ${state}, ${usage.turns} turns, ${usage.calls} calls, ${tokens} tokens`,
      );
    } finally {
      await lab.close();
    }
  }
}
