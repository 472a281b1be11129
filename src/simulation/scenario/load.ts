import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { z } from 'zod';
import { AlertwrightError, exitCodes } from '../../lib/errors.ts';
import { didYouMean } from '../../lib/nearest.ts';
import { packageRoot } from '../../lib/package_root.ts';
import { Scenario, ScenarioWorld } from './scenario.ts';
import { parseWith, readScenarioFile } from './scenario_file.ts';

const scenarioFolder = join(packageRoot, 'eval', 'scenarios');

export interface ScenarioSummary {
  name: string;
  title: string;
  summary: string;
}

/** What there is to choose from, by name. */
export function listScenarios(): ScenarioSummary[] {
  return scenarioNames().map(name => {
    const { title, summary } = loadScenario(name);
    return { name, title, summary };
  });
}

/** A scenario by its name, or by the path of a file; the first one unless it is said. */
export function loadScenario(nameOrFile = scenarioNames()[0]!): Scenario {
  if (/\.ya?ml$/.test(nameOrFile)) return readScenario(resolve(nameOrFile), nameOrFile);
  if (scenarioNames().includes(nameOrFile)) {
    return readScenario(join(scenarioFolder, `${nameOrFile}.yaml`), `eval/scenarios/${nameOrFile}.yaml`);
  }
  throw unknownScenario(nameOrFile);
}

/** Sorted. Reads no file: that costs a tenth of a second for each. */
export function scenarioNames(): string[] {
  return readdirSync(scenarioFolder)
    .filter(file => file.endsWith('.yaml'))
    .map(file => basename(file, '.yaml'))
    .sort();
}

function readScenario(file: string, shown: string): Scenario {
  const source = readScenarioFile({ file: shown, text: read(file, shown) });
  const value = parseWith(z.record(z.string(), z.unknown(), 'expected a scenario'), source, source.value ?? undefined);
  const name = basename(file, extname(file));
  if (typeof value['world'] !== 'string') return parseWith(Scenario, source, { name, ...value });
  // Scenarios may share a world, which then lies in a file of its own beside them.
  const worldFile = join(dirname(file), value['world']);
  if (!existsSync(worldFile))
    throw source.fail(['world'], `expected a file beside the scenario, got "${value['world']}"`);
  const worldSource = readScenarioFile({
    file: join(dirname(shown), value['world']),
    text: read(worldFile, worldFile),
  });
  parseWith(ScenarioWorld, worldSource, worldSource.value);
  return parseWith(Scenario, source, { name, ...value, world: worldSource.value });
}

function read(file: string, shown: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new AlertwrightError('scenario_unreadable', `expected a readable file, got ${shown}`, {
      remedy: 'Check the path and its permissions.',
      exitCode: exitCodes.usage,
      cause,
    });
  }
}

function unknownScenario(wrong: string): AlertwrightError {
  const known = scenarioNames();
  const message = `expected the name of a scenario or a .yaml file, got "${wrong}"${didYouMean(wrong, known)}`;
  return new AlertwrightError('scenario_unknown', message, {
    remedy: `There are ${known.join(', ')}.`,
    exitCode: exitCodes.usage,
  });
}
