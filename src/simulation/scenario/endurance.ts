import type { CronJob } from '../../kubernetes/kinds/workloads.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ApiClient } from '../api/client.ts';
import { ignoreGone } from '../controllers/gone.ts';
import { textOf } from './object_name.ts';
import { type Oracle, withKind } from './oracle.ts';
import type { Snapshot } from './snapshot.ts';
import { unhealthy } from './workload.ts';

interface Watching {
  client: ApiClient;
  clock: Clock;
  look(): Promise<Snapshot>;
}

/** A CronJob that runs more rarely is not waited for. */
const longestWait = 2 * 3_600_000;
const runTakes = 300_000;

/** Lets time run for as long as a recovery has to last, and until every CronJob has had its next run. */
export async function afterAWhile({ client, clock, look, lasts }: Watching & { lasts: number }): Promise<Snapshot> {
  const began = clock.now();
  await clock.sleep(lasts);
  const { items } = await client.list<CronJob>('cronjobs.batch');
  const due = items.filter(({ spec }) => !spec.suspend).map(({ metadata }) => metadata);
  for (const { name, namespace = '' } of due) {
    const hasRun = async () => {
      const now = await client.get<CronJob>('cronjobs.batch', name, namespace);
      return !now || Date.parse(now.status?.lastScheduleTime ?? '') > began;
    };
    while (!(await hasRun()) && clock.now() < began + longestWait) await clock.sleep(30_000);
  }
  if (due.length > 0) await clock.sleep(runTakes);
  return look();
}

const restartTakes = 600_000;

/** Replaces the pods of what was broken: what was mended in a pod alone, or in a process, breaks again. */
export async function afterRestart(oracle: Oracle, { client, clock, look }: Watching): Promise<Snapshot> {
  const now = await look();
  const concerned = [
    ...oracle.mayChange.map(({ object }) => textOf(object)),
    ...oracle.rootCause.flatMap(cause => ('host' in cause ? [] : [textOf(cause)])),
    ...Object.keys(oracle.unattended).map(withKind),
  ];
  const workloads = [...new Set(concerned)].flatMap(name => {
    const workload = now.workloads.get(name);
    return workload && workload.kind !== 'CronJob' ? [{ name, workload }] : [];
  });
  for (const { workload } of workloads) {
    for (const { metadata } of workload.pods) {
      const { name, namespace = '' } = metadata;
      await client.delete({ resource: 'pods', name, namespace }).catch(ignoreGone);
    }
  }
  const deadline = clock.now() + restartTakes;
  for (;;) {
    await clock.sleep(10_000);
    const then = await look();
    const ill = workloads.some(({ name, workload }) => unhealthy(then.workloads.get(name), workload));
    if (!ill || clock.now() >= deadline) return then;
  }
}
