import type { ClusterRole, PolicyRule, RoleBinding } from '../../../kubernetes/kinds/access.ts';
import type { Authorizer } from '../auth/authorizer.ts';
import { compacted, listText, missingRights, ruleText } from '../auth/rules.ts';
import { isMaster, type User } from '../auth/user.ts';
import { equal } from '../json.ts';
import { forbidden } from '../status_error.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';

const group = 'rbac.authorization.k8s.io';
const roles = [`roles.${group}`, `clusterroles.${group}`];
const bindings = [`rolebindings.${group}`, `clusterrolebindings.${group}`];

/** Nobody hands out rights that they don't hold, unless they may escalate (roles) or bind (bindings). */
export const roleEscalation: AdmissionPlugin = {
  resources: [...roles, ...bindings],
  validate(request, { authorizer }) {
    const { user, resourceName } = request;
    if (!user || isMaster(user)) return;
    if (roles.includes(resourceName)) checkRole(request, user, authorizer);
    else checkBinding(request, user, authorizer);
  },
};

function checkRole(request: AdmissionRequest, user: User, authorizer: Authorizer): void {
  const { resource, namespace, object, before } = request;
  const [role, old] = [object as ClusterRole, before as ClusterRole | undefined];
  if (old && equal(old.rules, role.rules) && equal(old.aggregationRule, role.aggregationRule)) return;
  const may = {
    kind: 'resource',
    verb: 'escalate',
    group,
    resource: resource.plural,
    subresource: '',
    namespace,
  } as const;
  if (authorizer.decide(user, { ...may, name: object.metadata.name }).allowed) return;
  const everything: PolicyRule[] = [
    { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
    { nonResourceURLs: ['*'], verbs: ['*'] },
  ];
  requireHeld(request, user, { authorizer, rules: role.aggregationRule ? everything : (role.rules ?? []) });
}

function checkBinding(request: AdmissionRequest, user: User, authorizer: Authorizer): void {
  const { namespace, object } = request;
  const { roleRef } = object as RoleBinding;
  const resource = roleRef.kind === 'ClusterRole' ? 'clusterroles' : 'roles';
  const may = {
    kind: 'resource',
    verb: 'bind',
    group,
    resource,
    subresource: '',
    namespace,
    name: roleRef.name,
  } as const;
  if (authorizer.decide(user, may).allowed) return;
  requireHeld(request, user, { authorizer, rules: authorizer.rulesOf(roleRef, namespace) });
}

function requireHeld(
  { resource, namespace, shownName }: AdmissionRequest,
  user: User,
  { authorizer, rules }: { authorizer: Authorizer; rules: readonly PolicyRule[] },
): void {
  const missing = missingRights(authorizer.rulesFor(user, namespace), rules);
  if (missing.length === 0) return;
  const lines = [...new Set(compacted(missing).map(ruleText))].sort();
  const who = `user "${user.name}" (groups=${listText(user.groups)})`;
  const why = `${who} is attempting to grant RBAC permissions not currently held:\n${lines.join('\n')}`;
  throw forbidden(resource, shownName, why);
}
