import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { exitCodes } from '../../src/lib/errors.ts';
import { cli, startCli } from '../cli/run_cli.ts';
import { startControlPlane } from './control_plane.ts';
import { programFile } from './programs.ts';
import { inventory, leftOn } from './scenarios/inventory.ts';

const run = promisify(execFile);

test('plays the nodes of a control plane for kubectl, and is gone without a trace', async () => {
  const plane = await startControlPlane();
  onTestFinished(plane.stop);
  const kubectl = async (...args: string[]): Promise<string> => {
    const asked = run(programFile('kubectl'), ['--kubeconfig', plane.kubeconfig, '--namespace', 'shop', ...args]);
    return (await asked.catch((error: { stdout: string }) => error)).stdout;
  };
  const found = await inventory(plane);
  const on = ['cluster', '--on', plane.kubeconfig, '--scenario', 'rejected-setting', '--speed', '20'];

  const { child, exit } = startCli([...on, '--json']);
  const [line] = await once(createInterface(child.stdout), 'line');
  expect(JSON.parse(line)).toEqual({ url: plane.url, scenario: 'rejected-setting', well: false });

  const pods = () => kubectl('get', 'pods', '--selector', 'app=checkout');
  // It is started again and again: what one look shows the next one may not.
  let failing: string | undefined;
  const find = async () => {
    failing ??= /^(\S+) .*CrashLoopBackOff/m.exec(await pods())?.[1];
    return failing;
  };
  await expect.poll(find, { timeout: 60_000, interval: 500 }).toBeDefined();
  expect(await kubectl('logs', failing ?? '', '--previous')).toMatch(/FATAL invalid PAYMENT_TIMEOUT "4000"/);
  expect((await kubectl('logs', 'deployment/storefront', '--tail', '2')).trimEnd().split('\n')).toHaveLength(2);
  expect(await kubectl('top', 'nodes')).toMatch(/^worker-1 +\d+m +\d+% +\d+Mi/m);
  expect(await kubectl('top', 'pods')).toMatch(/^storefront-\S+ +\d+m +\d+Mi/m);

  const second = await cli(on);
  expect(second).toMatchObject({ code: exitCodes.usage, out: '' });
  expect(second.err).toContain('expected a control plane without nodes, got one with worker-1, worker-2, worker-3');

  child.kill('SIGINT');
  expect(await exit).toBe(0);
  expect(await leftOn(plane, found)).toEqual([]);
}, 240_000);
