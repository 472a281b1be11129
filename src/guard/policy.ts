/** What the operator allows. Everything that isn't allowed is denied. */
export interface GuardPolicy {
  /** `observe` never writes, `approve` asks a person for each plan, `auto` writes what the rules permit. */
  mode: 'observe' | 'approve' | 'auto';
  /** Patterns with `*`. A namespace must match one of these … */
  namespaces: readonly string[];
  /** … and none of these. */
  denyNamespaces: readonly string[];
  kinds: readonly string[];
  /** On an object or its namespace, with any value but "false": hands off. */
  protectedAnnotation: string;
  /** For how long a target is left alone after a change of ours that did not help it. */
  coolDownSeconds: number;
}

export function matches(patterns: readonly string[], name: string): boolean {
  return patterns.some(pattern => toRegExp(pattern).test(name));
}

function toRegExp(pattern: string): RegExp {
  const literal = pattern.split('*').map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`);
}
