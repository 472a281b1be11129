import { type Resource, row } from '../resource.ts';

/** Questions in the form of objects: they are answered when they are created, and never kept. */
const question = { verbs: ['create'], nameForm: 'path' } as const;

const authorization = { ...question, group: 'authorization.k8s.io' } as const;
const authentication = { ...question, group: 'authentication.k8s.io', namespaced: false } as const;

export const reviewResources: readonly Resource[] = [
  row({ ...authentication, plural: 'selfsubjectreviews', kind: 'SelfSubjectReview' }),
  row({ ...authentication, plural: 'tokenreviews', kind: 'TokenReview' }),
  row({ ...authorization, plural: 'localsubjectaccessreviews', kind: 'LocalSubjectAccessReview' }),
  row({ ...authorization, plural: 'selfsubjectaccessreviews', kind: 'SelfSubjectAccessReview', namespaced: false }),
  row({ ...authorization, plural: 'selfsubjectrulesreviews', kind: 'SelfSubjectRulesReview', namespaced: false }),
  row({ ...authorization, plural: 'subjectaccessreviews', kind: 'SubjectAccessReview', namespaced: false }),
];
