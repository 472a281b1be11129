import type { KubeEvent, KubeObject } from '../../../kubernetes/objects.ts';
import type { StatusCause } from '../client.ts';
import { equal } from '../json.ts';
import { configKeyProblems } from './names.ts';
import { each, forbiddenField, none, tooLong, wrong } from './problem.ts';

export function validateEvent(event: KubeEvent): StatusCause[] {
  const expected = event.involvedObject.namespace || 'default';
  if (expected === event.metadata.namespace) return [];
  return [wrong('involvedObject.namespace', event.involvedObject.namespace ?? '', 'does not match event.namespace')];
}

type ConfigMap = KubeObject & {
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
  immutable?: boolean;
};

const mostBytes = 1024 * 1024;

export function validateConfigMap(map: ConfigMap, before?: ConfigMap): StatusCause[] {
  const { data = {}, binaryData = {} } = map;
  const size = bytesOf(data, 'utf8') + bytesOf(binaryData, 'base64');
  const keys = Object.keys(data);
  return [
    ...(before?.immutable ? frozenProblems(map, before) : none),
    ...keys.flatMap(key => [
      ...each(`data[${key}]`, key, configKeyProblems),
      ...(key in binaryData ? [wrong(`data[${key}]`, key, 'duplicate of key present in binaryData')] : none),
    ]),
    ...Object.keys(binaryData).flatMap(key => each(`binaryData[${key}]`, key, configKeyProblems)),
    ...(size > mostBytes ? [tooLong('[]', mostBytes)] : none),
  ];
}

function frozenProblems(map: ConfigMap, before: ConfigMap): StatusCause[] {
  const why = 'field is immutable when `immutable` is set';
  return [
    ...(map.immutable ? none : [forbiddenField('immutable', why)]),
    ...(['data', 'binaryData'] as const)
      .filter(name => !equal(map[name], before[name]))
      .map(name => forbiddenField(name, why)),
  ];
}

function bytesOf(data: Record<string, string>, encoding: 'utf8' | 'base64'): number {
  return Object.values(data).reduce((sum, text) => sum + Buffer.byteLength(text, encoding), 0);
}
