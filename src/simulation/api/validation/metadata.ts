import type { KubeObject } from '../../../kubernetes/objects.ts';
import type { StatusCause } from '../client.ts';

export const dnsLabel = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const dnsSubdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const labelName = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

export function required(field: string, hint = ''): StatusCause {
  return { reason: 'FieldValueRequired', message: `Required value${hint && `: ${hint}`}`, field };
}

export function wrong(field: string, value: unknown, why: string): StatusCause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${why}`, field };
}

export function unsupported(field: string, value: unknown, known: readonly string[]): StatusCause {
  const list = known.map(item => `"${item}"`).join(', ');
  return {
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`,
    field,
  };
}

export function duplicate(field: string, value: unknown): StatusCause {
  return { reason: 'FieldValueDuplicate', message: `Duplicate value: ${JSON.stringify(value)}`, field };
}

export function forbiddenField(field: string, why: string): StatusCause {
  return { reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field };
}

/** What holds for every object: its name, labels, annotations and owners. */
export function validateMetadata({ metadata }: KubeObject, nameForm: 'label' | 'subdomain' | 'path'): StatusCause[] {
  return [
    ...nameProblems(metadata.name, nameForm),
    ...labelProblems(metadata.labels, 'metadata.labels'),
    ...Object.keys(metadata.annotations ?? {}).flatMap(key => keyProblems(key, 'metadata.annotations')),
    ...(metadata.ownerReferences ?? []).flatMap((owner, index) =>
      (['apiVersion', 'kind', 'name', 'uid'] as const)
        .filter(key => !owner[key])
        .map(key => wrong(`metadata.ownerReferences[${index}].${key}`, '', `${key} must not be empty`)),
    ),
  ];
}

function nameProblems(name: string | undefined, form: 'label' | 'subdomain' | 'path'): StatusCause[] {
  const field = 'metadata.name';
  if (!name) return [required(field, 'name or generateName is required')];
  if (form === 'path')
    return /[/%]|^\.\.?$/.test(name) ? [wrong(field, name, 'may not be "." or "..", or contain "/" or "%"')] : [];
  const longest = form === 'label' ? 63 : 253;
  if (name.length > longest) return [wrong(field, name, `must be no more than ${longest} characters`)];
  if (form === 'label' ? dnsLabel.test(name) : dnsSubdomain.test(name)) return [];
  const what = form === 'label' ? 'an RFC 1123 label' : 'an RFC 1123 subdomain';
  return [
    wrong(
      field,
      name,
      `${what} must consist of lower case alphanumeric characters, "-"${form === 'label' ? '' : ' or "."'}, and must start and end with an alphanumeric character`,
    ),
  ];
}

export function labelProblems(labels: Record<string, string> | undefined, field: string): StatusCause[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...keyProblems(key, field),
    ...(value === '' || (value.length <= 63 && labelName.test(value))
      ? []
      : [
          wrong(
            field,
            value,
            'a valid label must be an empty string or consist of at most 63 alphanumeric characters, "-", "_" or ".", and must start and end with an alphanumeric character',
          ),
        ]),
  ]);
}

function keyProblems(key: string, field: string): StatusCause[] {
  const parts = key.split('/');
  const name = parts.at(-1) ?? '';
  const prefixIsFine = parts.length === 1 || (parts.length === 2 && dnsSubdomain.test(parts[0]!.toLowerCase()));
  if (prefixIsFine && name.length <= 63 && labelName.test(name)) return [];
  return [
    wrong(
      field,
      key,
      'a valid key is a name of at most 63 characters, with an optional DNS subdomain and "/" before it',
    ),
  ];
}
