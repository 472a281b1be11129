import { isRecord } from '../../../../lib/json.ts';
import { canonicalQuantity } from '../../quantity.ts';
import { type InternalField, internalType } from './internal_types.ts';

const zeros: Record<string, unknown> = { s: '', n: 0, b: false, q: '0' };

/** A value as a server holds it inside: its messages print all fields, also those that nobody has set. */
export function internalForm(type: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map(item => internalForm(type, item));
  if (!isRecord(value)) return null;
  if (type === 'ObjectMeta') return metadataForm(value['metadata']);
  const source = type === 'PodSpec' ? { ...value, securityContext: ofHost(value) } : value;
  const keys = new Map(Object.keys(source).map(key => [key.toLowerCase(), key]));
  const form: Record<string, unknown> = {};
  for (const field of internalType(type)) {
    if (field.kind === '+') Object.assign(form, internalForm(field.type, source));
    else form[field.name] = fieldValue(field, source[keys.get(wireName(field.name)) ?? '']);
  }
  return form;
}

/** Metadata is the same inside and outside. */
function metadataForm(metadata: unknown): Record<string, unknown> {
  if (!isRecord(metadata)) return {};
  const { labels, annotations, ...others } = metadata;
  return {
    ...others,
    ...(isRecord(labels) ? { labels: inOrder(labels) } : {}),
    ...(isRecord(annotations) ? { annotations: inOrder(annotations) } : {}),
  };
}

/** What a client says of the whole pod and a server keeps with the rest of its security. */
function ofHost(spec: Record<string, unknown>): Record<string, unknown> | undefined {
  const { hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers, securityContext } = spec;
  if (!isRecord(securityContext)) return undefined;
  return { ...securityContext, hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers };
}

/** Where the two names differ in more than their capitals. */
const otherNames: Record<string, string> = {
  endpointsname: 'endpoints',
  cephmonitors: 'monitors',
  rbdimage: 'image',
  rbdpool: 'pool',
  radosuser: 'user',
  datadiskuri: 'diskuri',
};

function wireName(name: string): string {
  return otherNames[name.toLowerCase()] ?? name.toLowerCase();
}

function fieldValue({ name, kind, type }: InternalField, value: unknown): unknown {
  if (kind === 'q') return canonicalQuantity(String(value ?? 0)) ?? '0';
  if (kind === '=' && type !== '') return internalForm(type, value ?? {});
  if (kind === '?' && type !== '') return value === undefined ? null : internalForm(type, value);
  if (value === undefined) return zeros[kind] ?? null;
  if (isRecord(value)) return name.endsWith('Selector') ? selectorForm(value) : inOrder(value);
  return value;
}

/** A selector of labels, or of nodes: a plain map. */
function selectorForm(selector: Record<string, unknown>): Record<string, unknown> {
  const { matchLabels, matchExpressions } = selector;
  if (!isRecord(matchLabels) && !Array.isArray(matchExpressions)) return inOrder(selector);
  return {
    ...(isRecord(matchLabels) ? { matchLabels: inOrder(matchLabels) } : {}),
    ...(Array.isArray(matchExpressions) ? { matchExpressions } : {}),
  };
}

function inOrder(map: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}
