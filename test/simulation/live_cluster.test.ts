import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { startLiveCluster } from '../../src/simulation/live_cluster.ts';
import { loadScenario, scenarioNames } from '../../src/simulation/scenario/load.ts';

test('its clock begins with the wall’s, and catches up when it has fallen behind', async () => {
  let slept = 0;
  const wall = { now: () => systemClock.now() + slept };
  const scenario = loadScenario(scenarioNames()[0]!);
  const { clock, close } = await startLiveCluster({ scenario, speed: 1, wall });
  onTestFinished(close);
  const behind = () => wall.now() - clock.now();
  expect(Math.abs(behind())).toBeLessThan(3000);
  slept = 3_600_000;
  expect(behind()).toBeGreaterThan(3_000_000);
  await expect.poll(behind, { timeout: 10_000, interval: 20 }).toBeLessThan(3000);
  expect(behind()).toBeGreaterThan(-3000);
});
