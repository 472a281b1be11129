import fc from 'fast-check';
import { expect, test } from 'vitest';
import { complaintsIn } from '../../../src/model/scripted/log_complaint.ts';

test.each([
  ['FATAL invalid SESSION_TTL "soon": expected a duration', 'SESSION_TTL'],
  ['error: unknown flag: --max-conns', '--max-conns'],
  ['DATABASE_URL is not set', 'DATABASE_URL'],
  ['panic: missing required environment variable "API_REGION"', 'API_REGION'],
  ["config.yaml: unknown key 'listen_adress'", 'listen_adress'],
  ['[ERROR] value of parameter workers must be between 1 and 64', 'workers'],
])('a setting: %s', (line, name) => {
  expect(complaintsIn(`starting\n${line}\nbye`)).toEqual({ dependency: undefined, setting: { line, name } });
});

test.each([
  ['dial tcp: lookup ledger.bank.svc.cluster.local: no such host', 'ledger.bank.svc.cluster.local'],
  ['ERROR connect ECONNREFUSED redis:6379', 'redis'],
  ['could not connect to server: connection to postgres.data.svc:5432 timed out', 'postgres.data.svc'],
  ['POST https://user:pass@api.vendor.example/v1 failed: 503 Service Unavailable', 'api.vendor.example'],
  ['Error: getaddrinfo ENOTFOUND mail.vendor.example', 'mail.vendor.example'],
  ['FATAL giving up: database unavailable', undefined],
  ['invalid answer for QUEUE_URL: connection refused by amqp://queue:5672', 'queue'],
])('something that is away: %s', (line, host) => {
  expect(complaintsIn(`starting\n${line}`)).toMatchObject({ dependency: { line, host }, setting: undefined });
});

test.each([
  'listening on 0.0.0.0:8080, waiting for requests',
  'served 502 pages',
  '{"level":"info","msg":"ready"}',
  '',
])('no complaint: %s', line => {
  expect(complaintsIn(line)).toEqual({ dependency: undefined, setting: undefined });
});

test('the last line of a kind counts, without the note of a fold', () => {
  const log =
    'ERROR cannot reach a.svc:1234\nERROR cannot reach b.shop.svc:80: i/o timeout   (x7, numbers may differ)\nok';
  expect(complaintsIn(log).dependency).toEqual({
    line: 'ERROR cannot reach b.shop.svc:80: i/o timeout',
    host: 'b.shop.svc',
  });
});

test('a log of any content takes bounded time', () => {
  const words = fc.constantFrom(
    'lookup ',
    'a.',
    'a-',
    'expected ',
    'connect to ',
    ' failed',
    '--',
    'A_',
    '"',
    '://',
    ':80',
    ' ',
  );
  fc.assert(
    fc.property(fc.array(words, { minLength: 200, maxLength: 600 }), parts => {
      const started = performance.now();
      complaintsIn(parts.join(''));
      expect(performance.now() - started).toBeLessThan(200);
    }),
    { numRuns: 100 },
  );
  for (const piece of ['lookup ', 'a', 'a.', 'a-', 'expected ', 'connect to ', '://', 'A_', 'A', '-']) {
    const started = performance.now();
    complaintsIn(piece.repeat(4_000 / piece.length));
    expect(performance.now() - started, piece).toBeLessThan(500);
  }
});
