import type { ClusterRole, PolicyRule, RoleBinding, Subject } from '../../../kubernetes/kinds/access.ts';
import type { StatusCause } from '../client.ts';
import { equal } from '../json.ts';
import { required, unsupported, wrong } from './problem.ts';

export const rbacGroup = 'rbac.authorization.k8s.io';

export function validateRole(role: ClusterRole): StatusCause[] {
  const isNamespaced = role.kind === 'Role';
  const selectors = role.aggregationRule?.clusterRoleSelectors ?? [];
  const hint = 'at least one clusterRoleSelector required if aggregationRule is non-nil';
  return [
    ...(role.rules ?? []).flatMap((rule, index) => ruleProblems(rule, isNamespaced, `rules[${index}]`)),
    ...(role.aggregationRule && selectors.length === 0 ? [required('aggregationRule.clusterRoleSelectors', hint)] : []),
  ];
}

function ruleProblems(rule: PolicyRule, isNamespaced: boolean, field: string): StatusCause[] {
  const { verbs = [], apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const problems = verbs.length > 0 ? [] : [required(`${field}.verbs`, 'verbs must contain at least one value')];
  if (nonResourceURLs.length > 0) {
    const at = `${field}.nonResourceURLs`;
    if (isNamespaced) {
      problems.push(wrong(at, nonResourceURLs, 'namespaced rules cannot apply to non-resource URLs'));
    }
    if (apiGroups.length + resources.length + resourceNames.length > 0) {
      problems.push(wrong(at, nonResourceURLs, 'rules cannot apply to both regular resources and non-resource URLs'));
    }
    return problems;
  }
  if (apiGroups.length === 0) {
    problems.push(required(`${field}.apiGroups`, 'resource rules must supply at least one api group'));
  }
  if (resources.length === 0) {
    problems.push(required(`${field}.resources`, 'resource rules must supply at least one resource'));
  }
  return problems;
}

export function validateRoleBinding(binding: RoleBinding, before?: RoleBinding): StatusCause[] {
  const isNamespaced = binding.kind === 'RoleBinding';
  const { apiGroup = '', kind = '', name = '' } = binding.roleRef ?? {};
  const kinds = isNamespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  return [
    ...(apiGroup === rbacGroup ? [] : [unsupported('roleRef.apiGroup', apiGroup, [rbacGroup])]),
    ...(kinds.includes(kind) ? [] : [unsupported('roleRef.kind', kind, kinds)]),
    ...(name === '' ? [required('roleRef.name')] : []),
    ...(binding.subjects ?? []).flatMap((subject, index) =>
      subjectProblems(subject, isNamespaced, `subjects[${index}]`),
    ),
    ...(before && !equal(before.roleRef, binding.roleRef)
      ? [wrong('roleRef', { APIGroup: apiGroup, Kind: kind, Name: name }, 'cannot change roleRef')]
      : []),
  ];
}

function subjectProblems(subject: Subject, isNamespaced: boolean, field: string): StatusCause[] {
  const { kind, name, namespace, apiGroup = '' } = subject;
  const problems = name ? [] : [required(`${field}.name`)];
  if (kind === 'ServiceAccount') {
    if (apiGroup !== '') problems.push(unsupported(`${field}.apiGroup`, apiGroup, ['']));
    if (!isNamespaced && !namespace) problems.push(required(`${field}.namespace`));
  } else if (kind === 'User' || kind === 'Group') {
    if (apiGroup !== rbacGroup) problems.push(unsupported(`${field}.apiGroup`, apiGroup, [rbacGroup]));
  } else problems.push(unsupported(`${field}.kind`, kind ?? '', ['ServiceAccount', 'User', 'Group']));
  return problems;
}
