import { configFileVariable, fromEnvironment } from './config/environment.ts';
import { firstProblem } from './config/problem.ts';
import { Config } from './config/schema.ts';
import { readConfiguredFile } from './lib/configured_file.ts';
import { AlertwrightError, exitCodes } from './lib/errors.ts';
import { isRecord } from './lib/json.ts';
import { readYaml, type YamlSource } from './lib/yaml_source.ts';

export type { Config };

export interface ConfigSources {
  /** A YAML file; otherwise the one that ALERTWRIGHT_CONFIG names; otherwise none. */
  file?: string | undefined;
  /** The process's own when left out: nothing else in the program reads it. */
  env?: NodeJS.ProcessEnv;
  /** What the command line sets: it wins over the environment, which wins over the file. */
  overrides?: Record<string, unknown>;
}

/** A configuration with which the receiver can work. */
export type ServeConfig = Config & { cluster: NonNullable<Config['cluster']>; model: NonNullable<Config['model']> };

/**
 * Throws AlertwrightError with the place of the first problem. The key of the model is read from its file; secrets of
 * callers stay in theirs, which may change while we run.
 */
export function loadConfig({ file, env = process.env, overrides = {} }: ConfigSources = {}): Config {
  const path = file ?? env[configFileVariable];
  const source = path ? readYaml(path, readConfiguredFile(path, 'a configuration file')) : undefined;
  const variables = fromEnvironment(env);
  const fromVariables = variables.map(({ variable, value }) => nested(variable.path, value));
  const raw = [mappingIn(source), ...fromVariables, overrides].reduce(merged, {});

  const parsed = Config.safeParse(raw, { reportInput: true });
  if (!parsed.success) {
    const problem = firstProblem(parsed.error.issues);
    const variable = variables.findLast(each => startsWith(problem.path, each.variable.path))?.variable.name;
    const place = variable ?? source?.positionOf(problem.path);
    throw invalid(`${place ? `${place}: ` : ''}${problem.says}`, problem.remedy);
  }
  return withSecrets(parsed.data);
}

/** Refuses a configuration that leaves open which cluster to look after or which model to ask. */
export function forServing(config: Config): ServeConfig {
  const { cluster, model } = config;
  if (cluster !== undefined && model !== undefined) return { ...config, cluster, model };
  const missing = [...(cluster === undefined ? ['a cluster'] : []), ...(model === undefined ? ['a model'] : [])];
  const remedies = [
    ...(cluster === undefined
      ? ['Set cluster: in-cluster, or cluster.kubeconfig (ALERTWRIGHT_CLUSTER, ALERTWRIGHT_CLUSTER_KUBECONFIG).']
      : []),
    ...(model === undefined ? ['Set model.url and model.name (ALERTWRIGHT_MODEL_URL, ALERTWRIGHT_MODEL_NAME).'] : []),
    'To try it out without them: cluster: embedded and model: scripted. `alertwright demo` needs neither.',
  ];
  throw invalid(`serve needs ${missing.join(' and ')}, and the configuration names none`, remedies.join('\n'));
}

/** The key of a model that is named elsewhere, on a command line that others can read. */
export function modelApiKey(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { ALERTWRIGHT_MODEL_API_KEY: key, ALERTWRIGHT_MODEL_API_KEY_FILE: file } = env;
  return secret('model.apiKey', key || undefined, file || undefined);
}

function withSecrets(config: Config): Config {
  const { model } = config;
  if (typeof model !== 'object') return config;
  const apiKey = secret('model.apiKey', model.apiKey, model.apiKeyFile);
  return { ...config, model: { ...model, ...(apiKey ? { apiKey } : {}) } };
}

function secret(key: string, value: string | undefined, file: string | undefined): string | undefined {
  if (file === undefined) return value;
  if (value !== undefined)
    throw invalid(`expected ${key} or ${key}File, got both`, 'Keep the file, and remove the other.');
  const text = readConfiguredFile(file, `the file of ${key}File`).trim();
  if (text === '') throw invalid(`${key}File: expected a secret in ${file}, got an empty file`, 'Write it there.');
  return text;
}

/** A file that holds nothing, or nothing but comments, sets nothing. */
function mappingIn(source: YamlSource | undefined): Record<string, unknown> {
  const value = source?.value ?? {};
  if (isRecord(value)) return value;
  throw invalid(
    `${source?.positionOf([])}: expected keys and values, got ${Array.isArray(value) ? 'a list' : 'plain text'}`,
    'Write it like "mode: observe", one key a line.',
  );
}

function nested([key, ...rest]: readonly string[], value: unknown): unknown {
  return key === undefined ? value : { [key]: nested(rest, value) };
}

/** The second over the first, mappings key by key. */
function merged(below: unknown, above: unknown): unknown {
  if (!isRecord(below) || !isRecord(above)) return above;
  const keys = new Set([...Object.keys(below), ...Object.keys(above)]);
  return Object.fromEntries(
    [...keys].map(key => [key, key in above ? merged(below[key], above[key]) : below[key]] as const),
  );
}

function startsWith(path: readonly PropertyKey[], start: readonly string[]): boolean {
  return start.every((key, index) => path[index] === key);
}

function invalid(message: string, remedy: string): AlertwrightError {
  return new AlertwrightError('config', message, { remedy, exitCode: exitCodes.config });
}
