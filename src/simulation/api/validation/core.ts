import type { KubeEvent, KubeObject } from '../../../kubernetes/objects.ts';
import type { StatusCause } from '../client.ts';
import { equal } from '../json.ts';
import { forbiddenField, wrong } from './metadata.ts';

export function validateEvent(event: KubeEvent): StatusCause[] {
  const expected = event.involvedObject.namespace || 'default';
  if (expected === event.metadata.namespace) return [];
  return [wrong('involvedObject.namespace', event.involvedObject.namespace ?? '', 'does not match event.namespace')];
}

export function validateConfigMap(
  map: KubeObject & { data?: object; immutable?: boolean },
  before?: typeof map,
): StatusCause[] {
  if (before?.immutable && !(map.immutable && equal(map.data, before.data))) {
    return [forbiddenField('data', 'field is immutable when `immutable` is set')];
  }
  return Object.keys(map.data ?? {})
    .filter(key => !/^[-._a-zA-Z0-9]+$/.test(key))
    .map(key =>
      wrong(`data[${key}]`, key, 'a valid config key must consist of alphanumeric characters, "-", "_" or "."'),
    );
}
