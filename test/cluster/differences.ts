import type { Difference } from './comparison/difference.ts';

/** A difference that may be, of operations or of stories: where it is, and why it is no fault. `*` stands for anything. */
export interface Allowed {
  operation: string;
  path: string;
  why: string;
  /** It is there in some runs; any other has to be there always. */
  unsteady?: true;
}

const groupsNotServed = [
  'admissionregistration.k8s.io',
  'apiregistration.k8s.io',
  'certificates.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'node.k8s.io',
  'resource.k8s.io',
];

export const allowed: readonly Allowed[] = [
  {
    operation: '*',
    path: '*.columnDefinitions[*].description',
    why: 'the real ones are sentences of its sources; ours are our own',
  },
  ...['gitVersion', 'gitCommit', 'gitTreeState', 'buildDate', 'goVersion', 'compiler', 'platform'].map(field => ({
    operation: '*: *the version',
    path: `answers[0].body.${field}`,
    why: 'it says what it is, and that is not the same program',
  })),
  {
    operation: 'discovery: the index of OpenAPI v3',
    path: 'answers[0].body.paths*',
    why: 'ours has documents of types, not of mere paths, and no hash: clients ask again instead of caching for ever',
  },
  ...['apply: no YAML', 'strict: YAML that is none'].map(operation => ({
    operation,
    path: 'answers[0].body.message',
    why: 'the words are those of the library that reads YAML, after the same beginning',
  })),
  {
    operation: 'discovery: the index of OpenAPI v3',
    path: 'answers[0].type',
    why: 'a real server names none, so that JSON is guessed to be text; ours says what it is',
  },
  {
    operation: 'discovery: the paths',
    path: 'answers[0].body.paths*',
    why: 'ours lists what it serves: no groups that nobody has asked for, and health as a whole, not of its parts',
  },
  {
    operation: 'strict: a field twice with a warning',
    path: 'answers[0].body*.*:*a',
    why: 'Go reads both into one map, and ours keeps the last, as other readers of JSON do; both warn',
  },
  {
    operation: 'invalid: pod, a signal nobody knows',
    path: '*.f:lifecycle',
    why: 'the feature is off, and both drop the field; a real server after it has noted whose it was, ours before',
  },
  {
    operation: 'kind PersistentVolumeClaim: applied',
    path: '*.metadata.resourceVersion',
    why: 'a real server writes what looks the same once more: its first form was not the one that it writes again',
  },
  {
    operation: 'strict: a field twice with a warning',
    path: 'answers[0].body.data.a',
    why: 'Go reads both into one map, and ours keeps the last, as other readers of JSON do; both warn',
  },
  ...groupsNotServed.flatMap(group =>
    ['groups', 'items'].map(list => ({
      operation: '*',
      path: `answers[0].body.${list}.${group}`,
      why: 'a group that nobody has asked for yet; who does is told that it is not there',
    })),
  ),
];

/** The same, of stories. */
export const allowedInStories: readonly Allowed[] = [
  {
    operation: 'ReplicationController: comes up',
    path: '*',
    why: 'ours keeps the objects, as somebody may still apply them, and runs nothing: Deployments took their place',
  },
  {
    operation: 'budget: of pods that are not ready',
    path: 'picture.events*',
    why: 'a real budget that is looked at before its cache has the pods says once that there are none',
    unsteady: true,
  },
];

/** What allows a difference, if anything does. */
export function explain({ operation, path }: Difference): Allowed | undefined {
  return [...allowed, ...allowedInStories].find(
    entry => matches(entry.operation, operation) && matches(entry.path, path),
  );
}

function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(text);
}
