import type { Job } from '../../kubernetes/kinds/workloads.ts';
import type { ControllerDeps } from './controllers.ts';
import { ignoreGone } from './gone.ts';
import { conditionIn, endOf } from './job_conditions.ts';
import { createQueue, keyOf, parseKey } from './queue.ts';

/** Deletes jobs that say how long they want to be kept after their end. */
export function createJobExpiry({ clock, caches }: ControllerDeps): { stop(): void } {
  const jobs = caches.of<Job>('jobs.batch');
  const queue = createQueue(clock, reconcile, jobs.synced);
  const stop = jobs.follow(({ object }) => {
    if (object.spec.ttlSecondsAfterFinished !== undefined && endOf(object)) queue.add(keyOf(object.metadata));
  });

  async function reconcile(key: string): Promise<void> {
    const { namespace, name } = parseKey(key);
    const job = jobs.get(namespace, name);
    const end = job && endOf(job);
    const ttl = job?.spec.ttlSecondsAfterFinished;
    if (!job || !end || ttl === undefined || job.metadata.deletionTimestamp !== undefined) return;
    const ended = Date.parse(conditionIn(job.status, end)?.lastTransitionTime ?? '');
    const left = ended + ttl * 1000 - clock.now();
    if (left > 0) queue.addAfter(key, left);
    else await jobs.delete(job, { propagationPolicy: 'Foreground' }).catch(ignoreGone);
  }

  return {
    stop() {
      queue.stop();
      stop();
    },
  };
}
