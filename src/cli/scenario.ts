import { type ExitCode, exitCodes } from '../lib/errors.ts';
import { scenarioJsonSchema } from '../simulation/scenario/json_schema.ts';
import { loadScenario } from '../simulation/scenario/load.ts';
import { checkScenario, type Finding } from '../simulation/scenario_check.ts';
import type { Context } from './program.ts';
import type { Terminal } from './terminal.ts';

export function printScenarioSchema({ terminal }: Context): ExitCode {
  terminal.out(JSON.stringify(scenarioJsonSchema(), undefined, 2));
  return exitCodes.ok;
}

/** Tries what a scenario claims about itself, and says of each claim whether it holds. */
export async function checkScenarioFile(
  nameOrFile: string,
  { json }: { json?: true },
  { terminal }: Context,
): Promise<ExitCode> {
  const scenario = loadScenario(nameOrFile);
  const findings = await checkScenario(scenario, finding => {
    if (!json) show(finding, terminal);
  });
  const wrong = findings.filter(({ ok }) => !ok).length;
  if (json) terminal.out(JSON.stringify({ scenario: scenario.name, ok: wrong === 0, findings }));
  else if (wrong === 0) terminal.out(`${scenario.name} is fit to judge others by.`);
  else terminal.out(`${wrong} of ${findings.length} claims of ${scenario.name} do not hold.`);
  return wrong === 0 ? exitCodes.ok : exitCodes.failed;
}

function show({ what, ok, details }: Finding, { out, paint }: Terminal): void {
  out(`${ok ? paint('good', '✓') : paint('bad', '✗')} ${what}`);
  for (const detail of details) out(`    ${detail}`);
}
