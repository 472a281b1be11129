import type { ControllerRevision, DaemonSet } from '../../kubernetes/kinds/workloads.ts';
import type { Pod } from '../../kubernetes/objects.ts';
import { ApiError } from '../api/client.ts';
import type { Cache } from './cache.ts';
import { historyOf, newRevision, sameData, templateData } from './history.ts';
import { templateHash } from './revisions.ts';

const hashLabel = 'controller-revision-hash';

export interface DaemonHistory {
  /** What pods of the present template are labelled with. */
  hash: string;
  old: ControllerRevision[];
}

/** Finds or writes down the present template, and moves it up when it is an earlier one. */
export function createDaemonHistory(revisions: Cache<ControllerRevision>, sets: Cache<DaemonSet>) {
  async function construct(set: DaemonSet): Promise<DaemonHistory> {
    const history = await historyOf(revisions, set);
    const data = templateData(set.spec.template);
    const [current, ...duplicates] = history.filter(one => sameData(one.data, data)).toReversed();
    const old = history.filter(one => !sameData(one.data, data));
    for (const duplicate of duplicates) await revisions.delete(duplicate);
    const revision = Math.max(0, ...old.map(one => one.revision)) + 1;
    if (!current) return { hash: hashOf(await snapshot(set, revision)), old };
    if (current.revision < revision) await revisions.patch(current, { type: 'merge', body: { revision } });
    return { hash: hashOf(current), old };
  }

  async function snapshot(set: DaemonSet, revision: number): Promise<ControllerRevision> {
    const hash = templateHash(set.spec.template, set.status?.collisionCount);
    try {
      return await revisions.create(newRevision(set, { revision, hash, label: hashLabel }));
    } catch (error) {
      if (!(error instanceof ApiError && error.reason === 'AlreadyExists')) throw error;
      const collisionCount = (set.status?.collisionCount ?? 0) + 1;
      const {
        status = { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 },
      } = set;
      await sets.update({ ...set, status: { ...status, collisionCount } }, { subresource: 'status' });
      throw error;
    }
  }

  /** Forgets the oldest templates that no pod has any more. */
  async function forget(set: DaemonSet, old: ControllerRevision[], pods: Pod[]): Promise<void> {
    const live = new Set(pods.map(({ metadata }) => metadata.labels?.[hashLabel]));
    const surplus = old.length - (set.spec.revisionHistoryLimit ?? 10);
    const idle = old.filter(one => !live.has(hashOf(one)));
    for (const revision of idle.slice(0, Math.max(0, surplus))) await revisions.delete(revision);
  }

  return { construct, forget };
}

function hashOf({ metadata }: ControllerRevision): string {
  return metadata.labels?.[hashLabel] ?? metadata.name;
}
