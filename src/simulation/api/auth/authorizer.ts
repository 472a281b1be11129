import type { PolicyRule, Role, RoleBinding, Subject } from '../../../kubernetes/kinds/access.ts';
import type { Registry } from '../resources.ts';
import type { Store } from '../store.ts';
import type { Attributes } from './attributes.ts';
import { permits } from './rules.ts';
import { isMaster, type User } from './user.ts';

/** Decides by the roles and bindings in the store. */
export interface Authorizer {
  decide(user: User, attributes: Attributes): Decision;
  /** Everything that a user may do in a namespace, or with `''` in the cluster as a whole. */
  rulesFor(user: User, namespace: string): PolicyRule[];
  rulesOf(roleRef: RoleBinding['roleRef'], namespace: string): PolicyRule[];
}

export interface Decision {
  allowed: boolean;
  reason: string;
}

interface Grant {
  rules: readonly PolicyRule[];
  reason: string;
  /** Said instead of rules when the role isn't there. */
  problem?: string;
}

/** Grants by subject (`User/x`, `Group/y`), by namespace; those of the cluster under the empty one. */
type Index = Map<string, Map<string, Grant[]>>;

const kinds = ['clusterrolebindings', 'clusterroles', 'rolebindings', 'roles'] as const;

export function createAuthorizer({ store, registry }: { store: Store; registry: Registry }): Authorizer {
  const resourceOf = (plural: string) => registry.find(`${plural}.rbac.authorization.k8s.io`)!;
  let index: Index | undefined;
  for (const kind of kinds) {
    store.history.subscribe(resourceOf(kind), () => {
      index = undefined;
    });
  }

  function rulesOf({ kind, name }: RoleBinding['roleRef'], namespace: string): PolicyRule[] {
    return roleNamed(kind, name, namespace)?.rules ?? [];
  }

  function roleNamed(kind: string, name: string, namespace: string): Role | undefined {
    const isOfCluster = kind === 'ClusterRole';
    const resource = resourceOf(isOfCluster ? 'clusterroles' : 'roles');
    return store.get(resource, isOfCluster ? '' : namespace, name) as Role | undefined;
  }

  function built(): Index {
    const next: Index = new Map();
    const bindings = [...store.list(resourceOf('clusterrolebindings')), ...store.list(resourceOf('rolebindings'))];
    for (const binding of bindings as RoleBinding[]) {
      const { namespace = '' } = binding.metadata;
      const bySubject = next.get(namespace) ?? new Map<string, Grant[]>();
      next.set(namespace, bySubject);
      for (const subject of binding.subjects ?? []) {
        const key = subjectKey(subject, namespace);
        bySubject.set(key, [...(bySubject.get(key) ?? []), grantOf(binding, subject)]);
      }
    }
    return next;
  }

  function grantOf({ kind, metadata, roleRef }: RoleBinding, subject: Subject): Grant {
    const role = roleNamed(roleRef.kind, roleRef.name, metadata.namespace ?? '');
    const name = metadata.namespace === undefined ? metadata.name : `${metadata.name}/${metadata.namespace}`;
    const reason = `RBAC: allowed by ${kind} "${name}" of ${roleRef.kind} "${roleRef.name}" to ${subjectText(subject)}`;
    if (role) return { rules: role.rules ?? [], reason };
    const problem = `${roleRef.kind.toLowerCase()}.rbac.authorization.k8s.io "${roleRef.name}" not found`;
    return { rules: [], reason, problem };
  }

  function* grantsFor(user: User, namespace: string): Generator<Grant> {
    index ??= built();
    const keys = [`User/${user.name}`, ...user.groups.map(group => `Group/${group}`)];
    for (const place of namespace === '' ? [''] : ['', namespace]) {
      const bySubject = index.get(place);
      for (const key of keys) yield* bySubject?.get(key) ?? [];
    }
  }

  return {
    decide(user, attributes) {
      if (isMaster(user)) return { allowed: true, reason: '' };
      const namespace = attributes.kind === 'resource' ? attributes.namespace : '';
      const problems = new Set<string>();
      for (const { rules, reason, problem } of grantsFor(user, namespace)) {
        if (problem) problems.add(problem);
        if (rules.some(rule => permits(rule, attributes))) return { allowed: true, reason };
      }
      const list = [...problems];
      const why = list.length > 1 ? `[${list.join(', ')}]` : (list[0] ?? '');
      return { allowed: false, reason: why && `RBAC: ${why}` };
    },
    rulesFor: (user, namespace) => [...grantsFor(user, namespace)].flatMap(({ rules }) => rules),
    rulesOf,
  };
}

function subjectKey({ kind, name, namespace }: Subject, ofBinding: string): string {
  return kind === 'ServiceAccount' ? `User/system:serviceaccount:${namespace || ofBinding}:${name}` : `${kind}/${name}`;
}

function subjectText({ kind, name, namespace }: Subject): string {
  return kind === 'ServiceAccount' ? `ServiceAccount "${name}/${namespace}"` : `${kind} "${name}"`;
}
