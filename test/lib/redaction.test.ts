import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { alsoRedact, isSecretName, redact, redactForGood } from '../../src/lib/redaction.ts';
import { harmlessTexts, secretTexts } from './redaction_corpus.ts';

const mostMissed = 0;
const mostFalseAlarms = 2;

test('of the corpus no secret is seen, and hardly a look-alike is taken for one', () => {
  const missed = secretTexts.filter(({ text, secrets }) => secrets.some(secret => redact(text).includes(secret)));
  const alarms = harmlessTexts.filter(text => redact(text) !== text);
  process.stdout.write(
    `redaction: ${missed.length} of ${secretTexts.length} secrets missed, ${alarms.length} of ${harmlessTexts.length} look-alikes taken for one\n`,
  );
  expect(secretTexts.length).toBeGreaterThanOrEqual(60);
  expect(harmlessTexts.length).toBeGreaterThanOrEqual(60);
  expect(secretTexts.filter(({ secrets }) => secrets.length === 0)).toEqual([]);
  expect(missed.slice(mostMissed)).toEqual([]);
  expect(alarms.slice(mostFalseAlarms).map(text => `${text} => ${redact(text)}`)).toEqual([]);
});

test('the same secret has the same placeholder wherever it stands, and another one has another', () => {
  const tags = (text: string) => [...redact(text).matchAll(/#(\w{4})\]/g)].map(([, tag]) => tag);
  const [plain] = tags('password=hunter2');
  expect(tags('{"password":"hunter2"} postgres://app:hunter2@db/x SMTP_PASSWORD: hunter2')).toEqual([
    plain,
    plain,
    plain,
  ]);
  expect(tags('password=hunter3')).not.toEqual([plain]);
  expect(redactForGood('password=hunter2 and password=hunter3')).toBe(
    'password=[redacted secret] and password=[redacted secret]',
  );
});

test('what surrounds a secret stays readable', () => {
  const untagged = (text: string) => redact(text).replaceAll(/ #\w{4}\]/g, ']');
  expect(untagged('connect postgres://app:p4ss@db.shop:5432/orders failed')).toBe(
    'connect postgres://app:[redacted password]@db.shop:5432/orders failed',
  );
  expect(untagged('{"user":"app","password":"x y","db":"orders"}')).toBe(
    '{"user":"app","password":"[redacted secret]","db":"orders"}',
  );
  expect(untagged('kind: Secret\ndata:\n  user: YWRh\nmetadata:\n  name: db')).toBe(
    'kind: Secret\ndata:\n  user: [redacted secret]\nmetadata:\n  name: db',
  );
});

test('redacting twice is redacting once', () => {
  const line = fc.constantFrom(...secretTexts.map(({ text }) => text), ...harmlessTexts);
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), lines => {
      const once = redact(lines.join('\n'));
      expect(redact(once)).toBe(once);
    }),
  );
});

test('a secret is found wherever it stands in a text', () => {
  // What has several lines, or takes all that follows, does not mind its neighbours either, but they mind it.
  const line = fc.constantFrom(...secretTexts.filter(({ text }) => !/BEGIN|\n/.test(text)));
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...harmlessTexts)),
      line,
      fc.array(fc.constantFrom(...harmlessTexts)),
      (before, { text, secrets }, after) => {
        const shown = redact([...before, text, ...after].join('\n'));
        expect(secrets.filter(secret => shown.includes(secret))).toEqual([]);
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
  ['name: x_password\n', 20_000],
  ['password: |\n  ', 20_000],
  ['kind: Secret\ndata:\n a: b\n', 10_000],
  ['"kind":"Secret","data":{', 8_000],
  ['curl -u a', 20_000],
  ['x-sig-', 40_000],
  ['a:5432:', 40_000],
  ['authorization: ', 20_000],
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

describe('patterns of a configuration', () => {
  afterEach(() => alsoRedact([]));

  test('hide what they find, or their group, as one placeholder each', () => {
    alsoRedact(['ACME-[0-9]{6}', 'badge (\\w+)']);
    const shown = redact('ACME-123456 came with badge x77, then ACME-123456 left');
    expect(shown).toMatch(
      /^\[redacted configured #(\w{4})\] came with badge \[redacted configured #\w{4}\], then \[redacted configured #\1\] left$/,
    );
    expect(redact('nothing of that')).toBe('nothing of that');
  });

  test('one that runs away withholds the text, in time', () => {
    alsoRedact(['(a+)+$']);
    const started = performance.now();
    expect(redact(`${'a'.repeat(40)}b`)).toContain('withheld');
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(redact('ab')).toBe('ab');
  });

  test.each(['(', 'x*', 'a{2,1}'])('%j is refused', pattern => {
    expect(() => alsoRedact([pattern])).toThrow(/redaction\.patterns\.0: expected a regular expression/);
  });
});
