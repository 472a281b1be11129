import { ClusterError, type ClusterReader, type Kind, type ListQuery } from '../kubernetes/cluster.ts';
import type { KubeList, KubeObject } from '../kubernetes/objects.ts';
import type { Clock } from '../lib/clock.ts';
import { type AnswerCache, createAnswerCache } from './answer_cache.ts';
import { matcherOf } from './query_matcher.ts';

/**
 * Many incidents of one namespace look at the same things. What was read a moment ago is not read again, what is being
 * read is waited for, and where many ask for this and that of one kind in one namespace, all of it is read in one go.
 */
export interface SharedReads {
  over(cluster: ClusterReader): ClusterReader;
  /** Forgets everything. */
  clear(): void;
}

const lifetimeMs = 5_000;

/** So many different questions about a kind in a namespace, within this time, are too many to be asked one by one. */
const crowd = { questions: 5, withinMs: 10_000 };

/** A namespace with more of a kind is never read in one go; for how long it is taken to be as large, or closed to us. */
const mostInOneGo = 500;
const staysSoMs = 60_000;

const maxBytes = 32 * 2 ** 20;
const bytesOfObject = 4_000;

type Read = { object: KubeObject | undefined } | { list: KubeList<KubeObject> };

export function createSharedReads({ clock }: { clock: Pick<Clock, 'now'> }): SharedReads {
  const cache: AnswerCache<Read> = createAnswerCache<Read>({ clock, maxBytes, sizeOf });
  const questions = new Map<string, Map<string, number>>();

  function isCrowded(place: string, question: string): boolean {
    const now = clock.now();
    const asked = questions.get(place) ?? new Map<string, number>();
    for (const [each, at] of asked) if (now - at > crowd.withinMs) asked.delete(each);
    asked.set(question, now);
    // Last in the order of the map: what nobody asks about any more goes first.
    questions.delete(place);
    questions.set(place, asked);
    if (questions.size > 1_000) questions.delete(questions.keys().next().value!);
    return asked.size >= crowd.questions;
  }

  /** All of a kind in a namespace, where that is the better way to ask; `undefined` where it isn't. */
  async function allOf(
    cluster: ClusterReader,
    { kind, namespace }: { kind: Kind; namespace: string | undefined },
    question: string,
    signal: AbortSignal | undefined,
  ): Promise<KubeObject[] | undefined> {
    const place = `${kind.apiVersion} ${kind.kind} ${namespace}`;
    if (namespace === undefined || !isCrowded(place, question)) return undefined;
    const read = (ended: AbortSignal) => readAll(cluster, { kind, namespace }, ended);
    const lifetime = (all: Read) => ('list' in all ? lifetimeMs : staysSoMs);
    const { value } = await cache.get(`all ${place}`, read, { lifetimeMs: lifetime, signal });
    return 'list' in value ? value.list.items : undefined;
  }

  return {
    over: cluster => ({
      logs: (pod, query, signal) => cluster.logs(pod, query, signal),
      async get<T extends KubeObject>(ref: Parameters<ClusterReader['get']>[0], signal?: AbortSignal) {
        const question = `get ${ref.apiVersion} ${ref.kind} ${ref.namespace} ${ref.name}`;
        const all = await allOf(cluster, { kind: ref, namespace: ref.namespace }, question, signal);
        if (all) return all.find(({ metadata }) => metadata.name === ref.name) as T | undefined;
        const read = async (ended: AbortSignal) => ({ object: await cluster.get(ref, ended) });
        const { value } = await cache.get(question, read, { lifetimeMs: () => lifetimeMs, signal });
        return ('object' in value ? value.object : undefined) as T | undefined;
      },
      async list<T extends KubeObject>(kind: Kind, query: ListQuery = {}, signal?: AbortSignal) {
        const { namespace, labelSelector, fieldSelector, limit } = query;
        const question = JSON.stringify([kind.apiVersion, kind.kind, namespace, labelSelector, fieldSelector, limit]);
        const matches = matcherOf(query);
        const all = matches && (await allOf(cluster, { kind, namespace }, question, signal));
        if (all) return listOf(kind, all.filter(matches), limit) as KubeList<T>;
        const read = async (ended: AbortSignal) => ({ list: await cluster.list(kind, query, ended) });
        const { value } = await cache.get(question, read, { lifetimeMs: () => lifetimeMs, signal });
        if (!('list' in value)) throw new Error('expected a list, got an object');
        return { ...value.list, items: [...value.list.items] } as KubeList<T>;
      },
    }),
    clear: () => cache.clear(),
  };
}

/** No list where it can't be read in one go: there is too much, or only single objects are open to us. */
async function readAll(
  cluster: ClusterReader,
  { kind, namespace }: { kind: Kind; namespace: string },
  signal: AbortSignal,
): Promise<Read> {
  try {
    const list = await cluster.list(kind, { namespace, limit: mostInOneGo }, signal);
    return list.metadata.continue === undefined ? { list } : { object: undefined };
  } catch (error) {
    if (error instanceof ClusterError && error.status === 403) return { object: undefined };
    throw error;
  }
}

function listOf({ apiVersion, kind }: Kind, items: KubeObject[], limit = items.length): KubeList<KubeObject> {
  const metadata = { resourceVersion: '', ...(items.length > limit ? { continue: 'asked of all' } : {}) };
  return { apiVersion, kind: `${kind}List`, metadata, items: items.slice(0, limit) };
}

function sizeOf(read: Read): number {
  return bytesOfObject * ('list' in read ? read.list.items.length + 1 : 1);
}
