import { z } from 'zod';

/**
 * The JSON types of the fields that somebody here looks into, so that everything behind this door may trust them. What
 * is required is validation's question, not asked here: a field of the wrong type is a 400, a missing one is a 422.
 */
export const text = z.string().optional();
export const int = z.int().optional();
export const flag = z.boolean().optional();
export const texts = z.array(z.string()).optional();
export const textMap = z.record(z.string(), z.string()).optional();
export const intOrText = z.union([z.int(), z.string()]).optional();
export const quantities = z.record(z.string(), z.union([z.string(), z.number()])).optional();
export const bag = z.looseObject({}).optional();

export function objectOf<S extends z.ZodRawShape>(shape: S) {
  return z.looseObject(shape).optional();
}

export function listOf<S extends z.ZodRawShape>(shape: S) {
  return z.array(z.looseObject(shape)).optional();
}

export const metadata = objectOf({
  name: text,
  generateName: text,
  namespace: text,
  uid: text,
  resourceVersion: text,
  generation: int,
  creationTimestamp: text,
  deletionTimestamp: text,
  deletionGracePeriodSeconds: int,
  labels: textMap,
  annotations: textMap,
  finalizers: texts,
  ownerReferences: listOf({ apiVersion: text, kind: text, name: text, uid: text, controller: flag }),
});

export function kindOf<S extends z.ZodRawShape>(shape: S) {
  return z.looseObject({ apiVersion: text, kind: text, metadata, ...shape });
}

export const anyShape = kindOf({});

export const labelSelector = objectOf({
  matchLabels: textMap,
  matchExpressions: listOf({ key: text, operator: text, values: texts }),
});

export const conditions = listOf({ type: text, status: text, reason: text, message: text, lastTransitionTime: text });
