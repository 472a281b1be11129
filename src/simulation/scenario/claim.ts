import type { KubeObject } from '../../kubernetes/objects.ts';
import { parseQuantity } from '../../kubernetes/quantity.ts';
import { isRecord } from '../../lib/json.ts';
import { textOf } from './object_name.ts';
import type { Claim } from './oracle.ts';

/** Why a claim about an object doesn't hold; `undefined` when it does. */
export function broken(claim: Claim, objects: ReadonlyMap<string, KubeObject>): string | undefined {
  const name = textOf(claim.object);
  const object = objects.get(name);
  if (!object) return `${name} is gone`;
  const value = valueAt(object, claim.path);
  const found = `${name} has ${shown(value)} at ${claim.path}`;
  if (claim.is !== undefined && value !== claim.is) return `${found}, and should have ${shown(claim.is)}`;
  if (claim.isNot !== undefined && value === claim.isNot) return `${found}, and should not`;
  const amount = parseQuantity(String(value ?? ''));
  if (claim.atLeast !== undefined && !((amount ?? Number.NaN) >= (parseQuantity(claim.atLeast) ?? Number.NaN))) {
    return `${found}, and should have at least ${claim.atLeast}`;
  }
  if (claim.atMost !== undefined && !((amount ?? Number.NaN) <= (parseQuantity(claim.atMost) ?? Number.NaN))) {
    return `${found}, and should have at most ${claim.atMost}`;
  }
  return undefined;
}

function valueAt(value: unknown, path: string): unknown {
  let here = value;
  for (const step of path.split('.')) {
    if (Array.isArray(here)) here = here.find(item => nameOf(item) === step) ?? here[Number(step)];
    else here = isRecord(here) ? here[step] : undefined;
  }
  return here;
}

/** Conditions go by their type, everything else by its name. */
function nameOf(item: unknown): unknown {
  return isRecord(item) ? (item['name'] ?? item['type']) : undefined;
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
