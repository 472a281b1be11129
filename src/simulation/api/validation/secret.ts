import type { Secret } from '../../../kubernetes/kinds/access.ts';
import type { StatusCause } from '../client.ts';
import { equal } from '../json.ts';
import { forbiddenField, required, wrong } from './problem.ts';

const largest = 1024 * 1024;
const accountName = 'kubernetes.io/service-account.name';

export function validateSecret(secret: Secret, before?: Secret): StatusCause[] {
  return [...(before ? changeProblems(secret, before) : []), ...dataProblems(secret), ...typeProblems(secret)];
}

function changeProblems(secret: Secret, before: Secret): StatusCause[] {
  const frozen = 'field is immutable when `immutable` is set';
  return [
    ...(secret.type === before.type ? [] : [wrong('type', secret.type, 'field is immutable')]),
    ...(before.immutable && !secret.immutable ? [forbiddenField('immutable', frozen)] : []),
    ...(before.immutable && !equal(secret.data ?? {}, before.data ?? {}) ? [forbiddenField('data', frozen)] : []),
  ];
}

function dataProblems({ data = {} }: Secret): StatusCause[] {
  const size = Object.values(data).reduce((sum, text) => sum + Buffer.byteLength(text, 'base64'), 0);
  const form = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
  const example = "(e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
  return [
    ...Object.keys(data)
      .filter(key => !/^[-._a-zA-Z0-9]+$/.test(key))
      .map(key => wrong(`data[${key}]`, key, `${form} ${example}`)),
    ...(size > largest
      ? [{ reason: 'FieldValueTooLong', message: `Too long: may not be more than ${largest} bytes`, field: 'data' }]
      : []),
  ];
}

/** Some types promise what is in them. */
function typeProblems({ type, data = {}, metadata }: Secret): StatusCause[] {
  const missing = (key: string) => (data[key] === undefined ? [required(`data[${key}]`)] : []);
  switch (type) {
    case 'kubernetes.io/service-account-token':
      return metadata.annotations?.[accountName] ? [] : [required(`metadata.annotations[${accountName}]`)];
    case 'kubernetes.io/dockercfg':
      return [...missing('.dockercfg'), ...jsonProblems('.dockercfg', data['.dockercfg'])];
    case 'kubernetes.io/dockerconfigjson':
      return [...missing('.dockerconfigjson'), ...jsonProblems('.dockerconfigjson', data['.dockerconfigjson'])];
    case 'kubernetes.io/basic-auth':
      return 'username' in data || 'password' in data ? [] : [...missing('username'), ...missing('password')];
    case 'kubernetes.io/ssh-auth':
      return data['ssh-privatekey'] ? [] : [required('data[ssh-privatekey]')];
    case 'kubernetes.io/tls':
      return [...missing('tls.crt'), ...missing('tls.key')];
    default:
      return [];
  }
}

function jsonProblems(key: string, encoded: string | undefined): StatusCause[] {
  if (encoded === undefined) return [];
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return [];
    const found = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
    const why = `json: cannot unmarshal ${found} into Go value of type map[string]interface {}`;
    return [wrong(`data[${key}]`, '<secret contents redacted>', why)];
  } catch {
    const first = text.trimStart()[0];
    const why = first ? `invalid character '${first}' looking for beginning of value` : 'unexpected end of JSON input';
    return [wrong(`data[${key}]`, '<secret contents redacted>', why)];
  }
}
