import { AlertwrightError, exitCodes } from '../lib/errors.ts';
import { nearest } from '../lib/nearest.ts';
import type { SchemaNode } from '../lib/schema_node.ts';
import { configJsonSchema, mappingOf } from './schema.ts';

/** One key, and how the environment sets it. */
export interface ConfigKey {
  path: string[];
  /** The variable; absent for what only a file can say. */
  name?: string;
  /** What it takes: "text", "a whole number", "a, b or c", "a list, separated by commas". */
  takes: string;
  default?: unknown;
  description: string;
}

/** Names the configuration file, like `--config`. */
export const configFileVariable = 'ALERTWRIGHT_CONFIG';

export interface EnvironmentVariable extends ConfigKey {
  name: string;
}

/** All of them, read off the schema. */
export const configKeys: readonly ConfigKey[] = [...keysOf(configJsonSchema, [])];

export const environmentVariables = configKeys.filter((key): key is EnvironmentVariable => key.name !== undefined);

/** What the environment sets, by path. An empty variable counts as absent. */
export function fromEnvironment(env: NodeJS.ProcessEnv): { variable: EnvironmentVariable; value: unknown }[] {
  refuseUnknown(env);
  return environmentVariables.flatMap(variable => {
    const text = env[variable.name];
    return text ? [{ variable, value: parsed(text, variable) }] : [];
  });
}

function* keysOf(node: SchemaNode, path: string[]): Generator<ConfigKey> {
  const scalars = (node.anyOf ?? [node]).filter(branch => !branch.properties);
  if (scalars.length > 0) {
    yield {
      path,
      ...(scalars.some(isListOfMappings) ? {} : { name: variableName(path) }),
      takes: scalars.map(takes).join(' or '),
      description: node.description ?? '',
      ...(node.default === undefined ? {} : { default: node.default }),
    };
  }
  for (const [key, child] of Object.entries(mappingOf(node)?.properties ?? {})) yield* keysOf(child, [...path, key]);
}

function isListOfMappings({ items }: SchemaNode): boolean {
  return items?.properties !== undefined;
}

function variableName(path: readonly string[]): string {
  return ['alertwright', ...path.map(key => key.replace(/[A-Z]/g, '_$&'))].join('_').toUpperCase();
}

function takes(node: SchemaNode): string {
  if (node.const !== undefined) return String(node.const);
  if (node.enum) return node.enum.join(' or ');
  if (node.type === 'integer') return 'a whole number';
  if (node.type === 'boolean') return 'true or false';
  if (isListOfMappings(node)) return `a list of mappings with ${Object.keys(node.items?.properties ?? {}).join(', ')}`;
  return node.type === 'array' ? 'a list, separated by commas' : 'text';
}

function parsed(text: string, { takes: kind }: EnvironmentVariable): unknown {
  if (kind === 'a whole number') return /^-?\d+$/.test(text.trim()) ? Number(text) : text;
  if (kind === 'true or false') return text === 'true' || (text === 'false' ? false : text);
  if (kind !== 'a list, separated by commas') return text;
  return text
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '');
}

/** Kubernetes sets these in every pod beside a Service whose name begins with ours. */
const serviceLink = /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_\w+)?)?)$/;

function refuseUnknown(env: NodeJS.ProcessEnv): void {
  const known = new Set([configFileVariable, ...environmentVariables.map(({ name }) => name)]);
  const unknown = Object.keys(env).find(
    name => name.startsWith('ALERTWRIGHT_') && !known.has(name) && !serviceLink.test(name),
  );
  if (unknown === undefined) return;
  const meant = nearest(unknown, known);
  throw new AlertwrightError(
    'config_environment',
    `unknown environment variable ${unknown}${meant ? `; did you mean ${meant}?` : ''}`,
    { remedy: 'Unset it, or see `alertwright config env` for all of them.', exitCode: exitCodes.config },
  );
}
