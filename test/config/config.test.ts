import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { environmentVariables } from '../../src/config/environment.ts';
import { type ConfigSources, forServing, loadConfig } from '../../src/config.ts';
import { AlertwrightError, exitCodes } from '../../src/lib/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'alertwright-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileWith(text: string): string {
  const file = join(folder, 'alertwright.yaml');
  writeFileSync(file, text);
  return file;
}

function load(text: string, env: ConfigSources['env'] = {}) {
  return loadConfig({ file: fileWith(text), env });
}

function problemWith(text: string, env: ConfigSources['env'] = {}): AlertwrightError {
  try {
    load(text, env);
  } catch (error) {
    if (error instanceof AlertwrightError) return error;
    throw error;
  }
  throw new Error('expected a refusal, and the configuration was taken');
}

const saysOf = (text: string, env?: ConfigSources['env']) => problemWith(text, env).message.replace(/^.*\.yaml:/, '');

test('with nothing set, changes need approval and the door is on loopback', () => {
  const config = loadConfig({ env: {} });
  expect(config).toMatchObject({ listen: '127.0.0.1:9099', dataDir: '.alertwright', mode: 'approve' });
  expect(config.guard.denyNamespaces).toContain('kube-system');
  expect(config.cluster).toBeUndefined();
});

test('the command line wins over the environment, and that over the file, key by key', () => {
  const file = fileWith('mode: observe\nbudget: { turns: 3, calls: 4 }\nlisten: 127.0.0.1:1');
  const env = { ALERTWRIGHT_BUDGET_TURNS: '5', ALERTWRIGHT_LISTEN: '127.0.0.1:2' };
  const config = loadConfig({ file, env, overrides: { listen: '127.0.0.1:3' } });
  expect(config).toMatchObject({
    mode: 'observe',
    listen: '127.0.0.1:3',
    budget: { turns: 5, calls: 4, seconds: 300 },
  });
});

test('every variable reaches its key', () => {
  const samples: Record<string, [text: string, value: unknown]> = {
    'a whole number': ['50', 50],
    'a list, separated by commas': ['a, b', ['a', 'b']],
    'true or false': ['true', true],
  };
  const particular: Record<string, [string, unknown]> = {
    ALERTWRIGHT_MODEL_URL: ['https://models.example/v1', 'https://models.example/v1'],
    ALERTWRIGHT_ALERTMANAGER_URL: ['http://a:9093', 'http://a:9093'],
    ALERTWRIGHT_ALERTMANAGER_URLS: ['http://a:9093, http://b:9093', ['http://a:9093', 'http://b:9093']],
    ALERTWRIGHT_PROMETHEUS_URL: ['http://p:9090', 'http://p:9090'],
    ALERTWRIGHT_MODEL_CONTEXT_TOKENS: ['4096', 4096],
    ALERTWRIGHT_BUDGET_TOKENS: ['4096', 4096],
    ALERTWRIGHT_BUDGET_ANSWER_TOKENS: ['900', 900],
    ALERTWRIGHT_GUARD_COOL_DOWN_SECONDS: ['60', 60],
    ALERTWRIGHT_LISTEN: ['127.0.0.1:7', '127.0.0.1:7'],
  };
  for (const { name, path, takes } of environmentVariables) {
    if (name.endsWith('_FILE')) continue; // Files are read: they have a test of their own.
    const [text, value] = particular[name] ?? samples[takes] ?? [takes.split(' or ')[0]!, takes.split(' or ')[0]];
    const model = name.startsWith('ALERTWRIGHT_MODEL_')
      ? { ALERTWRIGHT_MODEL_URL: 'http://m', ALERTWRIGHT_MODEL_NAME: 'm' }
      : {};
    const config: unknown = loadConfig({ env: { ...model, [name]: text } });
    expect(path.reduce((node, key) => (node as Record<string, unknown>)[key], config)).toEqual(value);
  }
  expect(environmentVariables.length).toBeGreaterThan(20);
});

test('a part of a mapping in the environment takes the place of a word in the file', () => {
  const env = { ALERTWRIGHT_MODEL_URL: 'http://localhost:11434/v1', ALERTWRIGHT_MODEL_NAME: 'small' };
  expect(load('model: scripted', env).model).toEqual({
    url: 'http://localhost:11434/v1',
    name: 'small',
    timeoutSeconds: 60,
  });
});

test('an empty variable and an empty file set nothing', () => {
  expect(load('# nothing yet\n', { ALERTWRIGHT_MODE: '' }).mode).toBe('approve');
});

test.each([
  [
    'mode: [1,\n  2',
    '2:4: expected YAML, got: Flow sequence in block collection must be sufficiently indented and end with a ]',
  ],
  ['mode: auto\nmode: observe', '2:1: expected YAML, got: Map keys must be unique'],
  ['modle: scripted', '1:1: unknown key "modle"; did you mean "model"?'],
  ['budget:\n  turn: 3', '2:3: unknown key "budget.turn"; did you mean "turns"?'],
  ['model: { url: "http://m", name: m, apikey: x }', '1:36: unknown key "model.apikey"; did you mean "apiKey"?'],
  ['mode: auto\nbudget:\n  turns: many', '3:3: budget.turns: expected a whole number, got "many"'],
  ['budget: { turns: 0 }', '1:11: budget.turns: expected at least 1, got 0'],
  ['guard: { namespaces: shop }', '1:10: guard.namespaces: expected a list, got "shop"'],
  ['model: { url: "http://m" }', '1:1: model.name: expected text, got nothing'],
  ['model: { url: "ftp://m", name: m }', '1:10: model.url: expected an http or https URL, got "ftp://m"'],
  ['cluster: 3', '1:1: cluster: expected embedded or in-cluster, or a mapping with kubeconfig, context, got 3'],
  ['listen: everywhere', '1:1: listen: expected host:port, such as 127.0.0.1:9099, got "everywhere"'],
  ['- mode', '1:1: expected keys and values, got a list'],
])('%j is refused in one sentence', (text, says) => {
  expect(saysOf(text)).toBe(says);
  expect(problemWith(text).exitCode).toBe(exitCodes.config);
});

test('an unknown key is answered with the keys that there are', () => {
  expect(problemWith('verify: { watch: 3 }').remedy).toBe(
    'The keys of verify are: watchSeconds, steadySeconds, patienceSeconds, checkSeconds.',
  );
});

test('a problem in the environment names the variable', () => {
  expect(saysOf('', { ALERTWRIGHT_BUDGET_TURNS: 'many' })).toBe(
    'ALERTWRIGHT_BUDGET_TURNS: budget.turns: expected a whole number, got "many"',
  );
  expect(saysOf('', { ALERTWRIGHT_BUGDET_TURNS: '3' })).toBe(
    'unknown environment variable ALERTWRIGHT_BUGDET_TURNS; did you mean ALERTWRIGHT_BUDGET_TURNS?',
  );
});

test('the variables that Kubernetes sets beside a Service called alertwright are not ours', () => {
  const env = {
    ALERTWRIGHT_SERVICE_HOST: '10.0.0.1',
    ALERTWRIGHT_SERVICE_PORT_HTTP: '9099',
    ALERTWRIGHT_PORT: 'tcp://10.0.0.1:9099',
    ALERTWRIGHT_PORT_9099_TCP_ADDR: '10.0.0.1',
    ALERTWRIGHT_METRICS_SERVICE_HOST: '10.0.0.2',
  };
  expect(loadConfig({ env }).mode).toBe('approve');
});

test('no message shows what may be a secret', () => {
  for (const text of [
    'auth: tr0ub4dor',
    'auth: { token: [tr0ub4dor] }',
    'auth: { token: { a: tr0ub4dor } }',
    'auth: { tokens: tr0ub4dor }',
    'auth: { tokens: ["tr0ub4dor and more"] }',
    'auth: { webhook: tr0ub4dor }',
    'auth: { webhook: { token: 7, tokens: tr0ub4dor } }',
    'auth: { users: [tr0ub4dor] }',
    'auth: { users: [{ name: "ada:tr0ub4dor" }] }',
    'auth: { users: [{ name: ada, password: [tr0ub4dor] }] }',
    'alertmanager: { token: [tr0ub4dor] }',
    'alertmanager: { password: { a: tr0ub4dor } }',
    'alertmanager: { url: "http://ada:tr0ub4dor@a:9093" }',
  ]) {
    const { message, remedy } = problemWith(text);
    expect(`${message} ${remedy}`).not.toContain('tr0ub4dor');
  }
  expect(saysOf('model: { url: "http://m", name: m, apiKey: 12345 }')).toBe(
    '1:36: model.apiKey: expected text, got a number (not shown)',
  );
});

test('secrets of callers stay in their files, which may change while we run', () => {
  expect(load('auth: { tokenFile: /nowhere/token }').auth).toMatchObject({ tokenFile: '/nowhere/token', tokens: [] });
});

test('who may call is said in one place, and mistakes there in one sentence', () => {
  const config = load(`auth:
  users: [{ name: ada, passwordFile: /etc/ada }]
  webhook: { tokenFiles: [/etc/a, /etc/b] }
tls: { certFile: /etc/c, keyFile: /etc/k }
limits: { webhook: { burst: 1000 } }`);
  expect(config.limits).toMatchObject({ webhook: { perSecond: 50, burst: 1000 }, api: { perSecond: 20 } });
  expect(config.auth.webhook.tokenFiles).toEqual(['/etc/a', '/etc/b']);
  expect(saysOf('tls: { certFile: /etc/c }')).toBe('1:1: tls.keyFile: expected text, got nothing');
  expect(saysOf('auth: { anonymous: maybe }')).toBe(
    '1:9: auth.anonymous: expected true or false, got a string (not shown)',
  );
  expect(saysOf('auth: { webhook: { tokens: ["two words"] } }')).toBe(
    '1:29: auth.webhook.tokens.0: expected printable ASCII characters without spaces, got a string (not shown)',
  );
  expect(saysOf('auth: { users: [{ name: "a:b" }] }')).toBe(
    '1:19: auth.users.0.name: expected a name without colons, got a string (not shown)',
  );
  expect(saysOf('limits: { webhook: 50 }')).toBe('1:11: limits.webhook: expected a mapping, got 50');
});

test('a switch in the environment is true or false', () => {
  expect(load('', { ALERTWRIGHT_AUTH_ANONYMOUS: 'true' }).auth.anonymous).toBe(true);
  expect(load('', { ALERTWRIGHT_AUTH_ANONYMOUS: 'false' }).auth.anonymous).toBe(false);
  expect(saysOf('', { ALERTWRIGHT_AUTH_ANONYMOUS: 'yes' })).toContain('expected true or false');
});

test('the URL of a model holds no password: it would be shown, and can not be used', () => {
  expect(saysOf('model: { url: "https://ada:tr0ub4dor@m/v1", name: m }')).toContain('expected a URL without user and');
  expect(load('model: { url: "https://m/v1/@latest", name: m }').model).toMatchObject({ url: 'https://m/v1/@latest' });
});

test('a secret can lie in a file, and not in both places', () => {
  const file = join(folder, 'token');
  writeFileSync(file, 's3cret\n');
  const model = (more: string) => `model: { url: "http://m", name: m, ${more} }`;
  expect(load(model(`apiKeyFile: ${file}`)).model).toMatchObject({ apiKey: 's3cret' });
  expect(saysOf(model(`apiKeyFile: ${file}, apiKey: other`))).toBe(
    'expected model.apiKey or model.apiKeyFile, got both',
  );
  expect(saysOf(model('apiKeyFile: /nowhere/key'))).toBe(
    'expected the file of model.apiKeyFile at /nowhere/key, got: no such file',
  );
  writeFileSync(file, '\n');
  expect(saysOf(model(`apiKeyFile: ${file}`))).toBe(
    `model.apiKeyFile: expected a secret in ${file}, got an empty file`,
  );
});

test('a file that is not there is named, also when a variable names it', () => {
  expect(() => loadConfig({ file: '/nowhere/a.yaml', env: {} })).toThrow(
    'expected a configuration file at /nowhere/a.yaml, got: no such file',
  );
  expect(() => loadConfig({ env: { ALERTWRIGHT_CONFIG: folder } })).toThrow(/got: a folder$/);
});

test('serving needs a cluster and a model, and the refusal says what to set', () => {
  const refused = (env: ConfigSources['env']) => {
    try {
      forServing(loadConfig({ env: env! }));
    } catch (error) {
      return error as AlertwrightError;
    }
    throw new Error('expected a refusal');
  };
  const both = refused({});
  expect(both.message).toBe('serve needs a cluster and a model, and the configuration names none');
  expect(both.remedy).toContain('ALERTWRIGHT_CLUSTER');
  expect(both.remedy).toContain('ALERTWRIGHT_MODEL_URL');
  expect(both.remedy).toContain('`alertwright demo` needs neither');
  expect(refused({ ALERTWRIGHT_CLUSTER: 'in-cluster' }).message).toContain('needs a model,');
  const config = forServing(loadConfig({ env: { ALERTWRIGHT_CLUSTER: 'embedded', ALERTWRIGHT_MODEL: 'scripted' } }));
  expect(config).toMatchObject({ cluster: 'embedded', model: 'scripted' });
});
