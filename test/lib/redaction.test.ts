import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSecretName, redact } from '../../src/lib/redaction.ts';

/** Made-up values that look like the real thing, put together here so that no scanner takes them for one. */
const letters = 'aB3dE6gH9jK2mN5pQ8sT1vW4xY7zC0fR';
const long = letters + letters;
const join = (...parts: string[]) => parts.join('');
const jwt = ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0NTYifQ', 'c2lnbmF0dXJlLW9mLWl0'].join('.');
const pem = (kind: string) => `-----BEGIN ${kind}-----\n${long}\n${long}==\n-----END ${kind}-----`;

/** A line, and the part of it that must not be seen. */
const secrets: [line: string, secret: string][] = [
  ['password=hunter2', 'hunter2'],
  ['DB_PASSWORD=s3cr3t!', 's3cr3t!'],
  ['db.password: s3cr3t-value', 's3cr3t-value'],
  ['{"password":"correct horse battery"}', 'correct horse battery'],
  [`{'api_key': 'a"b-c'}`, 'a"b-c'],
  ['{"clientSecret": "abc\\"def123"}', 'def123'],
  ['--password hunter2 --verbose', 'hunter2'],
  ['--api-key=abc123def', 'abc123def'],
  ['mysql -u root --password=toor', 'toor'],
  ['PGPASSWORD=pgpass42 psql', 'pgpass42'],
  ['REDIS_PASSWD: r3d1s', 'r3d1s'],
  ['passphrase = open sesame'.replace(' sesame', '-sesame'), 'open-sesame'],
  ['AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMIK7MDENGbPxRfiCY', 'wJalrXUtnFEMIK7MDENGbPxRfiCY'],
  ['aws_session_token=FwoGZXIvYXdzEXAMPLE', 'FwoGZXIvYXdzEXAMPLE'],
  [`key id ${join('AKIA', 'ABCDEFGHIJKLMNOP')} was used`, 'ABCDEFGHIJKLMNOP'],
  [`using ${join('ghp', '_', long.slice(0, 36))}`, long.slice(0, 36)],
  [`using ${join('github', '_pat_', long)}`, long],
  [`gitlab ${join('glpat', '-', letters.slice(0, 20))}`, letters.slice(0, 20)],
  [`slack ${join('xoxb', '-123456789012-', letters)}`, letters],
  [`post to https://hooks.slack${'.com'}/services/T000/B000/${letters}`, letters],
  [`npm ${join('npm', '_', long.slice(0, 36))}`, long.slice(0, 36)],
  [`vault ${join('hvs', '.', letters)}`, letters],
  [`stripe ${join('sk', '_live_', letters)}`, letters],
  [`model ${join('sk', '-proj-', letters)}`, letters],
  [`model ${join('sk', '-', letters)}`, letters],
  [`google ${join('AIza', long.slice(0, 35))}`, long.slice(0, 35)],
  [`mail ${join('SG', '.', letters.slice(0, 22), '.', letters)}`, letters],
  [`Authorization: Bearer ${letters}`, letters],
  [`authorization: Basic ${Buffer.from('admin:hunter22').toString('base64')}`, 'YWRtaW46'],
  [`authorization: bearer ${jwt}`, 'c2lnbmF0dXJl'],
  [`token ${jwt} is expired`, 'c2lnbmF0dXJl'],
  [`cookie: session=${letters}; theme=dark`, letters],
  ['Set-Cookie: sid=abcdef0123456789; HttpOnly', 'abcdef0123456789'],
  ['postgres://app:p4ssw0rd@db.shop:5432/orders', 'p4ssw0rd'],
  ['failed to connect to amqp://guest:gu3st@mq:5672/', 'gu3st'],
  ['redis://:onlypass@cache:6379/0', 'onlypass'],
  ['mongodb+srv://user:p%40ss@cluster0.example/db', 'p%40ss'],
  ['https://ci:deploytoken@git.example/repo.git', 'deploytoken'],
  ['postgres://app:p@ss:word@db/orders', 'p@ss:word'],
  ['Server=db;User Id=sa;Password=Str0ng!Pass;', 'Str0ng!Pass'],
  ['jdbc:postgresql://db/orders?user=app&password=pw12345&ssl=true', 'pw12345'],
  [pem('PRIVATE KEY'), long],
  [pem('RSA PRIVATE KEY'), long],
  [pem('OPENSSH PRIVATE KEY'), long],
  [pem('EC PRIVATE KEY').split('\n').slice(0, 3).join('\n'), long],
  ['encryption_key => "0123456789abcdef"', '0123456789abcdef'],
  ['signingKey: 0f1e2d3c4b5a', '0f1e2d3c4b5a'],
  ['SECRET=topsecret', 'topsecret'],
  ['auth_token = "zzz111"', 'zzz111'],
  ['storage account_key=abcd1234==', 'abcd1234'],
];

/** What an engineer needs to see. */
const harmless = [
  'image registry.example/checkout@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  'pod checkout-7d9f8b6c5d-x2x4z on node-a',
  'uid 8d1f0c3e-4b5a-4c6d-9e8f-0a1b2c3d4e5f',
  'commit 91741bb0d2f5a3b7c8e9f0a1b2c3d4e5f6a7b8c9',
  'invalid token: expired',
  'password: required',
  'the password is wrong',
  'password authentication failed for user "app"',
  'token expired at 2026-11-21T12:00:00Z',
  'secret "db-credentials" not found',
  'MountVolume.SetUp failed for volume "tls" : secret "web-tls" not found',
  "couldn't find key password in Secret shop/db-credentials",
  'env PASSWORD_FILE=/run/secrets/db',
  'TOKEN_TTL=3600',
  'secretName: web-tls',
  'password=null',
  'password=""',
  `token=$${'{TOKEN}'}`,
  'api_key=<your key here>',
  'http://127.0.0.1:8080/healthz',
  'dial tcp 10.96.0.10:53: i/o timeout',
  'GET https://registry.example/v2/checkout/manifests/2.1',
  'user:name@host is not an address',
  'mailto:ops@example.org',
  'Back-off restarting failed container main in pod web_shop(8d1f0c3e)',
  'OOMKilled exit code 137',
  'readiness probe: GET /readyz on port 8080',
  'requests memory 64Mi, cpu 100m; limits memory 128Mi',
  'Scaled up replica set web-5d4f8c7b9 from 0 to 3',
  'keyboard=us',
  'monkey=banana',
  'primary_key=id',
  'partition_key=orders',
  'keys: 12, tokens: 42',
  'Bearer error="invalid_token"',
  '-----BEGIN CERTIFICATE-----',
  'LOG_FORMAT: json -> jsonl',
  'goroutine 1 [running]: main.main() /app/main.go:42 +0x1d',
  'java.lang.IllegalStateException: no key for tenant',
  'max_tokens=2048',
  'basic auth is not configured',
];

test('no secret of the corpus is seen', () => {
  const missed = secrets.filter(([line, secret]) => redact(line).includes(secret)).map(([line]) => line);
  expect(missed).toEqual([]);
});

test('no look-alike is taken for a secret', () => {
  const changed = harmless.filter(line => redact(line) !== line).map(line => `${line} => ${redact(line)}`);
  expect(changed).toEqual([]);
});

test('what surrounds a secret stays readable', () => {
  expect(redact('connect postgres://app:p4ss@db.shop:5432/orders failed')).toBe(
    'connect postgres://app:[redacted password]@db.shop:5432/orders failed',
  );
  expect(redact('{"user":"app","password":"x y","db":"orders"}')).toBe(
    '{"user":"app","password":"[redacted secret]","db":"orders"}',
  );
});

test('redacting twice is redacting once', () => {
  const line = fc.constantFrom(...secrets.map(([text]) => text), ...harmless);
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), lines => {
      const once = redact(lines.join('\n'));
      expect(redact(once)).toBe(once);
    }),
  );
});

test('a secret is found wherever it stands in a text', () => {
  const line = fc.constantFrom(...secrets.filter(([text]) => !text.includes('BEGIN')));
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...harmless)),
      line,
      fc.array(fc.constantFrom(...harmless)),
      (before, [text, secret], after) => {
        expect(redact([...before, text, ...after].join('\n'))).not.toContain(secret);
      },
    ),
  );
});

test.each([
  ['a.b.c-', 60_000],
  ['password', 40_000],
  ['x://y:', 60_000],
  ['eyJaaaaaaaaa-', 40_000],
  ['-----BEGIN PRIVATE KEY-----', 20_000],
])('%j again and again does not hold it up', (piece, times) => {
  const started = performance.now();
  redact(piece.repeat(times));
  expect(performance.now() - started).toBeLessThan(3_000);
});

test.each([
  'DB_PASSWORD',
  'apiKey',
  'client-secret',
  'GITHUB_TOKEN',
  'AWS_SECRET_ACCESS_KEY',
  'PGPASSWORD',
  'credentials',
])('the value of %s is kept from view', name => expect(isSecretName(name)).toBe(true));

test.each([
  'LOG_FORMAT',
  'PASSWORD_FILE',
  'TOKEN_TTL',
  'KEYBOARD',
  'PRIMARY_REGION',
  'secretName',
  'MAX_TOKENS_LIMIT',
  'TOKEN_URL',
])('the value of %s may be seen', name => expect(isSecretName(name)).toBe(false));
