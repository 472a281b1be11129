import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { recordAlerts } from '../../eval/record.ts';
import { packageRoot } from '../../src/lib/package_root.ts';
import { loadScenario } from '../../src/simulation/scenario/load.ts';
import { recordings } from './recorded.ts';

// `npx vitest -u` with this file records them anew.
test.each(recordings.map(file => basename(file, '.json')))('the recording of %s is what is sent today', async name => {
  const bodies = await recordAlerts(loadScenario(name));
  const file = join(packageRoot, 'eval/recordings', `${name}.json`);
  await expect(`${JSON.stringify(bodies, null, 2)}\n`).toMatchFileSnapshot(file);
});
