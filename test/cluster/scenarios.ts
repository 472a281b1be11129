import { scenarioNames } from '../../src/simulation/scenario/load.ts';
import { inWords } from './comparison/difference.ts';
import { leftOut } from './scenarios/adapted.ts';
import { type ComparedScenario, compareScenarios } from './scenarios/compare_scenarios.ts';
import { explain } from './scenarios/differences.ts';

/** Prints what is otherwise when a scenario runs on a real control plane: `scenarios.ts [--listed] [FILTER…]`. */
const filters = process.argv.slice(2).filter(word => !word.startsWith('--'));
const listed = process.argv.includes('--listed');
const names = scenarioNames().filter(
  name => !(name in leftOut) && (filters.length === 0 || filters.some(part => name.includes(part))),
);

await compareScenarios(names, { atOnce: 4, onDone: print, onFailure });

function print({ name, real, embedded, differences, seconds }: ComparedScenario): void {
  const shown = differences.filter(difference => listed || !explain(difference));
  const verdict = ({ passed, harmful, findings }: NonNullable<typeof real.wrong>) =>
    `${passed ? 'passes' : 'fails'}${harmful ? ', harmful' : ''}${findings.length > 0 ? ` (${findings.join('; ')})` : ''}`;
  const lines = [
    `${name}, ${seconds} s`,
    ...shown.map(difference => `  ${inWords(difference)}`),
    ...(['good', 'wrong'] as const).flatMap(deed =>
      Object.entries({ real, embedded }).map(
        ([side, outcome]) => `  ${deed}, ${side}: ${outcome[deed] ? verdict(outcome[deed]) : 'none'}`,
      ),
    ),
    ...real.left.map(one => `  left: ${one}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function onFailure(name: string, error: unknown): void {
  process.stdout.write(`${name} could not be played: ${String(error)}\n`);
}
