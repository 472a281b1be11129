import { openSqliteStore } from '../../../src/durable/sqlite/open_store.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { AlertwrightError } from '../../../src/lib/errors.ts';
import { createLog } from '../../../src/lib/log.ts';
import { work } from '../conformance/crash/worker.ts';

const [path = ''] = process.argv.slice(2);
const log = createLog({ level: 'error' });

try {
  work(workflows => openSqliteStore({ path, clock: systemClock, log, workflows }));
} catch (error) {
  if (!(error instanceof AlertwrightError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(error.exitCode);
}
