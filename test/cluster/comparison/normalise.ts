import { canonicalJson } from '../../../src/lib/hash.ts';
import type { Answer } from './exchange.ts';

const uid = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
const time = /\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z/g;
const preciseTime = /\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d+Z/g;
const clusterAddress = /\b10\.96\.\d+\.\d+\b/g;
const randomSuffix = '[bcdfghjklmnpqrstvwxz2456789]{5}';

/** A server cuts a prefix, so that the name that it makes is not too long. */
const longestPrefix = 58;

type Fields = Record<string, unknown>;

/**
 * Makes equal what differs between two servers that behave alike: uids, versions, times, addresses, random names. What
 * can be told apart stays so: the first uid is `uid1` wherever it appears, and another one is another.
 */
export function createNormaliser(namespace: string, generateNames: readonly string[]): (answer: Answer) => unknown {
  const made = generateNames.map(prefix => prefix.slice(0, longestPrefix));
  const randomNames = new RegExp(`(${made.map(escaped).join('|')})${randomSuffix}\\b`, 'g');
  const numbered = (prefix: string) => {
    const seen = new Map<string, string>();
    return (value: string) => {
      if (!seen.has(value)) seen.set(value, `${prefix}${seen.size + 1}`);
      return seen.get(value) ?? value;
    };
  };
  const uidOf = numbered('uid');
  const versionOf = numbered('version');

  const text = (value: string) =>
    value
      .replaceAll(namespace, '{ns}')
      .replace(uid, uidOf)
      .replace(preciseTime, '<precise time>')
      .replace(time, '<time>')
      .replace(clusterAddress, '<address>')
      .replace(/too old resource version: \d+ \(\d+\)/, 'too old resource version: N (N)')
      .replace(/ in record \(\d+\)/, ' in record (N)')
      // The whole object as Go writes it, in an order of its own.
      .replace(/(^|patch: )Invalid value: "\{"apiVersion.*\}": /s, '$1Invalid value: "{…}": ')
      .replace(/(^|patch: )Invalid value: "\{\\"apiVersion.*\}": /s, '$1Invalid value: "{…}": ')
      .replace(/(Too large resource version: \d+, current: )\d+/, '$1N')
      .replace(randomNames, made.length === 0 ? '$&' : '$1<random>')
      .replace(new RegExp(`\\bkube-api-access-${randomSuffix}\\b`, 'g'), 'kube-api-access-<random>');

  const field = (key: string, value: unknown, parent: Fields): unknown => {
    if (key === 'resourceVersion' && typeof value === 'string')
      return parent['name'] === undefined ? '<version>' : versionOf(value);
    if (key === 'continue' && typeof value === 'string' && value !== '') return '<continue>';
    if (key === 'nodePort' && typeof value === 'number' && value >= 30_000) return '<port>';
    // Their order means nothing, and differs from answer to answer.
    if (key.endsWith('esourceRules') && Array.isArray(value)) return value.map(walk).sort(byText);
    // Their order is that of their times, which may fall into another second.
    if (key === 'managedFields' && Array.isArray(value)) return value.map(walk).sort(byText);
    // A real server goes through the managers in the order of a Go map, which is another one each time.
    if (key === 'causes' && Array.isArray(value) && value.every(isConflict)) return value.map(walk).sort(byText);
    if (isDiscovered(key, parent) && Array.isArray(value)) return byName(value.map(walk));
    if (key === 'serverAddress') return '<server>';
    if (key === 'storageVersionHash') return undefined;
    if (key === 'cells' && Array.isArray(value)) return value.map(cell => (isAge(cell) ? '<age>' : walk(cell)));
    return walk(value);
  };

  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value);
    if (Array.isArray(value)) return value.map(walk);
    if (value === null || typeof value !== 'object') return value;
    const fields = value as Fields;
    const known = Object.entries(fields).map(([key, inner]) => [text(key), field(key, inner, fields)] as const);
    return Object.fromEntries(known.filter(([, inner]) => inner !== undefined));
  };
  return ({ code, type, warnings, body, events }) =>
    walk({ code, type, warnings, ...(events === undefined ? { body } : { events }) });
}

function byText(a: unknown, b: unknown): number {
  return canonicalJson(a) < canonicalJson(b) ? -1 : 1;
}

function isConflict(cause: unknown): boolean {
  return (cause as Fields)['reason'] === 'FieldManagerConflict';
}

/** What a server serves is a set: one that is missing must not move all that follow. */
function isDiscovered(key: string, parent: Fields): boolean {
  const kind = parent['kind'];
  if (key === 'items' || key === 'groups') return kind === 'APIGroupDiscoveryList' || kind === 'APIGroupList';
  return key === 'resources' && (kind === 'APIResourceList' || parent['freshness'] !== undefined);
}

function byName(items: unknown[]): Fields {
  return Object.fromEntries(
    items.map(item => {
      const { name, resource, metadata } = item as Fields;
      return [String(name ?? resource ?? (metadata as Fields | undefined)?.['name']), item];
    }),
  );
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function isAge(cell: unknown): boolean {
  return typeof cell === 'string' && /^\d+[smh]?(\d+s)?$/.test(cell) && cell.endsWith('s');
}
