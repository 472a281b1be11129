import type { ConfigMap } from '../../kubernetes/objects.ts';
import { isSecretName, placeholder, redact } from '../../lib/redaction.ts';
import { clip } from './answer.ts';
import { writersOf } from './writers.ts';

/** A value as it may be shown. Secrets are taken out of the whole, because half of one no longer looks like one. */
export function safeValue(key: string, value: string): string {
  return isSecretName(key) ? placeholder('secret', value) : redact(value);
}

const mostCharacters = 240;

/** "level=debug", or the first lines of a file with its length. */
export function keyText(config: ConfigMap, key: string): string {
  const value = config.data?.[key];
  if (value === undefined) return `${key} (binary)`;
  const safe = safeValue(key, value).trimEnd();
  const by = writers(config, key);
  if (!safe.includes('\n')) return `${key}=${clip(safe, mostCharacters)}${by}`;
  const size = `${value.length} characters, ${safe.split('\n').length} lines`;
  return `${key} (${size})${by}\n${clip(safe, mostCharacters).replace(/^/gm, '    ')}`;
}

/** Who wrote a key, where several write to one ConfigMap. */
function writers(config: ConfigMap, key: string): string {
  const [writer] = writersOf(config, ['data', key]);
  return writer && writersOf(config, ['data']).length > 1 ? `   (by ${writer.name})` : '';
}

export function keysOf({ data, binaryData }: ConfigMap): string[] {
  return [...Object.keys(data ?? {}), ...Object.keys(binaryData ?? {})];
}
