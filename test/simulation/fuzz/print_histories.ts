import { comparedScenarios, historyOf } from './history.ts';

// Run by a test, in a process of its own: the history of each scenario, a line of JSON each.
for (const name of comparedScenarios) process.stdout.write(`${JSON.stringify(await historyOf(name))}\n`);
