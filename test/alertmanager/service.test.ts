import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Config } from '../../src/config/schema.ts';
import { forServing } from '../../src/config.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { startService } from '../../src/service.ts';
import { folderOfTest } from '../server/entrance_of.ts';
import { createFake, serveFake } from './fake.ts';

test('serve catches up with the Alertmanager of its configuration, and tells how that went', async () => {
  const fake = createFake(systemClock);
  const served = await serveFake(fake, systemClock);
  const old = new Date(systemClock.now() - 3_600_000).toISOString();
  fake.put('ours', { startsAt: old });
  fake.put('theirs', { startsAt: old, receivers: [{ name: 'others' }] });
  const config = Config.parse({
    cluster: 'embedded',
    model: 'scripted',
    listen: '127.0.0.1:0',
    dataDir: join(folderOfTest().path, 'data'),
    alertmanager: { url: served.url, receiver: 'ours' },
  });
  const service = await startService(forServing(config), silentLog);
  onTestFinished(service.close);
  const read = async (path: string) => (await fetch(`${service.url}/api/v1/${path}`)).json();
  await expect
    .poll(() => read('alerts'), { timeout: 10_000 })
    .toMatchObject({ alerts: [{ fingerprint: 'ours', status: 'firing', receiver: 'ours', asOf: expect.any(String) }] });
  await expect
    .poll(() => read('status'), { timeout: 10_000 })
    .toMatchObject({
      catchUp: { alertmanagers: [served.url], lookedAt: expect.any(String), open: 2, missed: 1, closed: 0 },
    });
});
