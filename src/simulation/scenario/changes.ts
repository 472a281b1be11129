import type { KubeObject } from '../../kubernetes/objects.ts';
import { canonicalJson } from '../../lib/hash.ts';

/**
 * The paths of an object's content at which it differs both from how it was before the fault and from how the fault
 * left it: what somebody has put there. List items with a name go by it (`spec.template.spec.containers.web.image`).
 */
export function foreignPaths(now: KubeObject, ...known: readonly (KubeObject | undefined)[]): string[] {
  const others = known.map(object => leavesOf(object ? contentOf(object) : {}));
  const own = leavesOf(contentOf(now));
  const paths = new Set([...own.keys(), ...others.flatMap(leaves => [...leaves.keys()])]);
  return [...paths].filter(path => others.every(leaves => leaves.get(path) !== own.get(path)));
}

export function sameContent(a: KubeObject, b: KubeObject): boolean {
  return canonicalJson(contentOf(a)) === canonicalJson(contentOf(b));
}

export function isUnder(path: string, allowed: string): boolean {
  return path === allowed || path.startsWith(`${allowed}.`);
}

/** Everything but status, metadata, and the notes that tools leave in the annotations of pods. */
function contentOf(object: KubeObject): Record<string, unknown> {
  const {
    apiVersion: _a,
    kind: _k,
    metadata: _m,
    status: _s,
    ...content
  } = object as KubeObject & { status?: unknown };
  const copy: Record<string, unknown> = structuredClone(content);
  const template = (copy['spec'] as { template?: { metadata?: { annotations?: unknown } } } | undefined)?.template;
  if (template?.metadata) delete template.metadata.annotations;
  return copy;
}

function leavesOf(value: unknown, path = '', leaves = new Map<string, string>()): Map<string, string> {
  if (value === null || typeof value !== 'object') {
    leaves.set(path, JSON.stringify(value));
    return leaves;
  }
  for (const [key, inner] of Object.entries(value)) {
    const step = Array.isArray(value) ? itemName(inner, key) : key;
    leavesOf(inner, path === '' ? step : `${path}.${step}`, leaves);
  }
  return leaves;
}

function itemName(item: unknown, index: string): string {
  const named = item as { name?: unknown } | null;
  return typeof named === 'object' && typeof named?.name === 'string' ? named.name : index;
}
