import { selects } from '../../kubernetes/kinds/label_selector.ts';
import type { Job } from '../../kubernetes/kinds/workloads.ts';
import type { Condition, Pod } from '../../kubernetes/objects.ts';
import { timestamp } from '../../lib/timestamp.ts';
import type { ControllerDeps } from './controllers.ts';
import { createEventRecorder } from './event_recorder.ts';
import { ignoreGone } from './gone.ts';
import { type FailureRecord, noFailures } from './job_backoff.ts';
import { endOf, jobCondition, setJobCondition } from './job_conditions.ts';
import { createJobManager, type Managed } from './job_manage.ts';
import { isTracked, trackingFinalizer } from './job_pods.ts';
import { type JobRound, lookAt, untilDeadline, verdictOn } from './job_round.ts';
import { createJobTracker } from './job_tracking.ts';
import { claim, controllerOf, ownerIn } from './ownership.ts';
import { createPodControl } from './pod_control.ts';
import { isReady } from './pods.ts';
import { createQueue, keyOf, parseKey } from './queue.ts';

/** Changes of pods are gathered for so long. */
const gatherMs = 1000;

/** Runs each job's pods until enough of them have succeeded, or too many have failed. */
export function createJobController({ client, clock, caches }: ControllerDeps): { stop(): void } {
  const jobs = caches.of<Job>('jobs.batch');
  const pods = caches.of<Pod>('pods');
  const events = createEventRecorder({ client, clock, component: 'job-controller' });
  const { manage, endActive, release } = createJobManager(pods, createPodControl(pods, events));
  const { track } = createJobTracker(jobs, release);
  const failures = new Map<string, FailureRecord>();
  const ready = Promise.all([jobs.synced, pods.synced]);
  const queue = createQueue(clock, reconcile, ready);
  const orphans = createQueue(clock, releaseOrphan, ready);
  const stops = [
    jobs.follow(({ type, object, before }) => {
      const isSpecNews = object.metadata.generation !== before?.metadata.generation;
      if (isSpecNews || type === 'DELETED') queue.add(keyOf(object.metadata));
      else queue.addAfter(keyOf(object.metadata), gatherMs);
      if (type === 'DELETED' || endOf(object)) forget(object);
    }),
    pods.follow(({ object, before }) => {
      enqueueOwner(object);
      if (before && controllerOf(before)?.uid !== controllerOf(object)?.uid) enqueueOwner(before);
    }),
  ];

  function forget({ metadata }: Job): void {
    failures.delete(metadata.uid ?? '');
    for (const pod of pods.controlledBy(metadata.uid)) if (isTracked(pod)) orphans.add(pod.metadata.uid ?? '');
  }

  function enqueueOwner(pod: Pod): void {
    const owner = ownerIn(jobs, 'Job', pod);
    if (owner && !endOf(owner)) {
      queue.addAfter(keyOf(owner.metadata), gatherMs);
      return;
    }
    if (isTracked(pod)) orphans.add(pod.metadata.uid ?? '');
    if (controllerOf(pod)) return;
    for (const { metadata, spec } of jobs.within(pod.metadata.namespace ?? '')) {
      if (selects(spec.selector, pod.metadata.labels)) queue.add(keyOf(metadata));
    }
  }

  /** Nobody will count a pod whose job is gone or over. */
  async function releaseOrphan(uid: string): Promise<void> {
    const pod = pods.byUid(uid);
    const owner = pod && ownerIn(jobs, 'Job', pod);
    if (!pod || (owner && !endOf(owner))) return;
    await release(pod).catch(ignoreGone);
  }

  async function reconcile(key: string): Promise<void> {
    const { namespace, name } = parseKey(key);
    const job = jobs.get(namespace, name);
    if (!job || endOf(job) || isManagedElsewhere(job)) return;
    const { uid = '' } = job.metadata;
    const owner = { ...job, spec: { ...job.spec, selector: job.spec.selector ?? {} } };
    const owned = await claim(pods, owner, { adopt: () => true, finalizers: [trackingFinalizer] });
    const round = lookAt(job, owned, failures.get(uid) ?? noFailures, clock.now());
    if (!job.spec.suspend) round.status.startTime ??= timestamp(clock.now());
    const { verdict, managed, isDirty } = await act(round);
    failures.set(uid, round.failures);
    const end = await track({ round, verdict, isDirty: countInto(round) || isDirty });
    if (end) tellEnd(round, end);
    if (managed.failure) throw managed.failure;
    const left = Math.min(
      managed.wait ?? Number.POSITIVE_INFINITY,
      end ? Number.POSITIVE_INFINITY : untilDeadline(round),
    );
    if (Number.isFinite(left)) queue.addAfter(key, Math.max(1, left));
  }

  async function act(round: JobRound): Promise<{ verdict: Condition | undefined; managed: Managed; isDirty: boolean }> {
    const verdict = verdictOn(round);
    if (verdict) {
      const failure = await endActive(round);
      return { verdict: round.active.length > 0 ? undefined : verdict, managed: { failure }, isDirty: false };
    }
    const mayManage = round.job.metadata.deletionTimestamp === undefined;
    const managed = mayManage ? await manage(round) : {};
    const { completions } = round.job.spec;
    const enough = completions === undefined ? round.succeeded > 0 : round.succeeded >= completions;
    if (enough && round.active.length === 0) {
      const message = 'Reached expected number of succeeded pods';
      return { verdict: jobCondition('SuccessCriteriaMet', 'CompletionsReached', message), managed, isDirty: false };
    }
    return { verdict: undefined, managed, isDirty: mayManage && writeSuspension(round) };
  }

  function writeSuspension({ job, status, now }: JobRound): boolean {
    const suspended = job.spec.suspend === true;
    const word = suspended ? 'suspended' : 'resumed';
    const reason = suspended ? 'Suspended' : 'Resumed';
    const message = `Job ${word}`;
    const condition = { ...jobCondition('Suspended', `Job${reason}`, message) };
    if (!suspended) condition.status = 'False';
    if (!setJobCondition(status, condition, now)) return false;
    events.record(job, { type: 'Normal', reason, message });
    if (suspended) delete status.startTime;
    else status.startTime = timestamp(now);
    return true;
  }

  function tellEnd({ job, status }: JobRound, { type, reason = '', message = '' }: Condition): void {
    const { completions } = job.spec;
    if (type === 'Failed') {
      events.record(job, { type: 'Warning', reason, message });
      return;
    }
    if (completions !== undefined && (status.succeeded ?? 0) > completions) {
      const tooMany = 'Too many succeeded pods running after completion count reached';
      events.record(job, { type: 'Warning', reason: 'TooManySucceededPods', message: tooMany });
    }
    events.record(job, { type: 'Normal', reason: 'Completed', message: 'Job completed' });
  }

  return {
    stop() {
      queue.stop();
      orphans.stop();
      for (const stop of stops) stop();
    },
  };
}

/** Returns whether the counts of what is there have changed. */
function countInto({ job, status, active, terminating }: JobRound): boolean {
  const before = [job.status?.active ?? 0, job.status?.ready, job.status?.terminating, job.status?.startTime];
  if (active.length > 0) status.active = active.length;
  else delete status.active;
  status.ready = active.filter(isReady).length;
  status.terminating = terminating;
  const now = [active.length, status.ready, status.terminating, status.startTime];
  return now.some((value, index) => value !== before[index]);
}

function isManagedElsewhere({ spec }: Job): boolean {
  return spec.managedBy !== undefined && spec.managedBy !== 'kubernetes.io/job-controller';
}
