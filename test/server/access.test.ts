import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clockOfTest, entranceOf, folderOfTest, logOfTest } from './entrance_of.ts';
import { bench, webhookBody } from './support.ts';

type Desk = ReturnType<typeof bench>;

async function deliver({ server }: Desk, authorization?: string, url = '/webhook') {
  const headers = authorization === undefined ? {} : { authorization };
  return server.inject({ method: 'POST', url, body: webhookBody('cart-1'), headers });
}

async function read({ server }: Desk, authorization?: string, remoteAddress = '127.0.0.1') {
  const headers = authorization === undefined ? {} : { authorization };
  return server.inject({ url: '/api/v1/incidents', headers, remoteAddress });
}

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

test('with a token, everything but health needs it', async () => {
  const desk = bench({ entrance: entranceOf({ auth: { token: 's3cret' } }) });
  for (const wrong of [
    undefined,
    '',
    'Bearer s3cre',
    'Bearer s3cret2',
    's3cret',
    'Basic s3cret',
    'Bearer',
    'Bearer  ',
  ]) {
    const answer = await deliver(desk, wrong);
    expect([wrong, answer.statusCode, answer.headers['www-authenticate']]).toEqual([wrong, 401, 'Bearer']);
    expect(answer.json().error.code).toBe('unauthorized');
  }
  expect((await read(desk)).statusCode).toBe(401);
  expect((await desk.server.inject('/healthz')).statusCode).toBe(200);
  expect((await desk.server.inject('/readyz')).statusCode).toBe(200);
  expect((await desk.server.inject('/nothing')).statusCode).toBe(401);
  expect(desk.store.incidents.list()).toEqual([]);
  expect((await deliver(desk, 'Bearer s3cret')).statusCode).toBe(200);
  expect((await deliver(desk, 'bearer  s3cret')).statusCode).toBe(200);
});

test('every token is good, wherever it stands', async () => {
  const { put } = folderOfTest();
  const auth = {
    tokens: ['one', 'two'],
    tokenFile: put('first', 'three\r\n\n  four  \n'),
    tokenFiles: [put('second', 'five')],
  };
  const desk = bench({ entrance: entranceOf({ auth }) });
  for (const token of ['one', 'two', 'three', 'four', 'five'])
    expect([token, (await read(desk, `Bearer ${token}`)).statusCode]).toEqual([token, 200]);
  expect((await read(desk, 'Bearer three four')).statusCode).toBe(401);
});

test('users come with a password, from the configuration or a file', async () => {
  const { put } = folderOfTest();
  const users = [
    { name: 'ada', password: 'päss:w0rd' },
    { name: 'bob', passwordFile: put('bob', 'old\nnew\n') },
  ];
  const desk = bench({ entrance: entranceOf({ auth: { users } }) });
  expect((await read(desk)).headers['www-authenticate']).toBe('Bearer, Basic realm="alertwright", charset="UTF-8"');
  for (const [user, password] of [
    ['ada', 'päss:w0rd'],
    ['bob', 'old'],
    ['bob', 'new'],
  ] as const)
    expect((await read(desk, basic(user, password))).statusCode).toBe(200);
  for (const [user, password] of [
    ['ada', 'old'],
    ['ada', ''],
    ['bob', 'päss:w0rd'],
    ['ada:päss', 'w0rd2'],
  ] as const)
    expect((await read(desk, basic(user, password))).statusCode).toBe(401);
  expect((await read(desk, 'Bearer old')).statusCode).toBe(401);
});

test('what is good for the webhook delivers alerts, and can do nothing else', async () => {
  const { put } = folderOfTest();
  const webhook = {
    token: 'from-alertmanager',
    tokenFiles: [put('more', 'from-vmalert')],
    users: [{ name: 'grafana', password: 'g' }],
  };
  const desk = bench({ entrance: entranceOf({ auth: { token: 'a-person', webhook } }) });
  for (const limited of ['Bearer from-alertmanager', 'Bearer from-vmalert', basic('grafana', 'g')]) {
    expect((await deliver(desk, limited)).statusCode).toBe(200);
    expect((await deliver(desk, limited, '/api/v2/webhook/alertmanager')).statusCode).toBe(200);
    const tried = [
      await read(desk, limited),
      await desk.server.inject({
        method: 'POST',
        url: '/api/v1/incidents/inc-1/approval',
        body: { plan: 'p', approve: true, by: 'alertmanager' },
        headers: { authorization: limited },
      }),
      await desk.server.inject({ method: 'HEAD', url: '/api/v1/incidents', headers: { authorization: limited } }),
    ];
    expect(tried.map(({ statusCode }) => statusCode)).toEqual([403, 403, 403]);
    expect(tried[0]!.json().error.code).toBe('delivers_only');
    expect((await deliver(desk, limited, '/nothing')).statusCode).toBe(404);
  }
  expect(desk.answers).toEqual([]);
  expect((await read(desk, 'Bearer a-person')).statusCode).toBe(200);
  expect((await deliver(desk, 'Bearer a-person')).statusCode).toBe(200);
});

test('a token that stands in both places can do no more than deliver', async () => {
  const auth = { tokens: ['shared', 'own'], webhook: { token: 'shared' } };
  const desk = bench({ entrance: entranceOf({ auth }) });
  expect((await read(desk, 'Bearer shared')).statusCode).toBe(403);
  expect((await deliver(desk, 'Bearer shared')).statusCode).toBe(200);
});

test('a route that nobody has given a door is closed to who may only deliver', async () => {
  const { server } = bench({ entrance: entranceOf({ auth: { token: 'a', webhook: { token: 'b' } } }) });
  server.get('/forgotten', async () => 'secret');
  const ask = (token: string) => server.inject({ url: '/forgotten', headers: { authorization: `Bearer ${token}` } });
  expect([(await ask('a')).statusCode, (await ask('b')).statusCode]).toEqual([200, 403]);
  expect((await server.inject('/forgotten')).statusCode).toBe(401);
});

test('a file of tokens is read anew while we run, and what is no good changes nothing', async () => {
  const { put } = folderOfTest();
  const { clock, pass } = clockOfTest();
  const { log, lines } = logOfTest();
  const tokenFile = put('token', 'monday\n');
  const desk = bench({ entrance: entranceOf({ auth: { tokenFile } }, { clock, log }) });
  const status = async (token: string) => (await read(desk, `Bearer ${token}`)).statusCode;
  expect(await status('monday')).toBe(200);

  put('token', 'monday\ntuesday\n');
  expect(await status('tuesday')).toBe(401);
  pass(2_000);
  expect([await status('tuesday'), await status('monday')]).toEqual([200, 200]);

  put('token', 'tuesday\n');
  pass(2_000);
  expect([await status('tuesday'), await status('monday')]).toEqual([200, 401]);

  for (const spoil of [() => put('token', '\n'), () => rmSync(tokenFile), () => put('token', 'two words\n')]) {
    spoil();
    pass(2_000);
    expect([await status('tuesday'), await status('')]).toEqual([200, 401]);
    pass(2_000);
    expect(await status('tuesday')).toBe(200);
  }
  const warnings = lines.filter(({ level }) => level === 'warn').map(({ problem }) => problem);
  expect(warnings).toEqual([
    expect.stringContaining('auth.tokenFile: expected a secret in'),
    expect.stringMatching(/^expected the file of auth\.tokenFile at .* got: no such file$/),
    expect.stringContaining('got others in line 1'),
  ]);

  put('token', 'wednesday\n');
  pass(2_000);
  expect([await status('wednesday'), await status('tuesday')]).toEqual([200, 401]);
  expect(JSON.stringify(lines)).not.toMatch(/monday|tuesday|wednesday|two words/);
});

test('a token that comes through a pipe is read once, and nobody waits for more', async () => {
  const { path } = folderOfTest();
  const { clock, pass } = clockOfTest();
  const tokenFile = join(path, 'pipe');
  execFileSync('sh', ['-c', 'mkfifo "$0"', tokenFile]);
  const writer = spawn('sh', ['-c', 'echo s3cret > "$0"', tokenFile]);
  const entrance = entranceOf({ auth: { tokenFile } }, { clock });
  await once(writer, 'close');
  const desk = bench({ entrance });
  for (let look = 0; look < 3; look += 1) {
    pass(2_000);
    expect((await read(desk, 'Bearer s3cret')).statusCode).toBe(200);
  }
});

test('whatever the tokens are, each is good for what it stands for, and nothing else is', () => {
  const token = fc.stringMatching(/^[!-~]{1,6}$/);
  const some = fc.array(token, { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(some, some, some, (tokens, delivering, others) => {
      const { credentials } = entranceOf({ auth: { tokens, webhook: { tokens: delivering } } }).access;
      for (const each of [...tokens, ...delivering, ...others]) {
        const power = delivering.includes(each) ? 'deliver' : tokens.includes(each) ? 'all' : undefined;
        expect(credentials?.powerOf(`Bearer ${each}`)).toBe(power);
        expect(credentials?.powerOf(each)).toBeUndefined();
        expect(credentials?.powerOf(`Basic ${each}`)).toBeUndefined();
      }
    }),
  );
});

test('without a token, a request for a name that is not this machine is refused', async () => {
  const onLoopback = [bench(), bench({ entrance: entranceOf({ auth: { anonymous: true } }) })];
  for (const { server } of onLoopback) {
    const ask = (host: string, url = '/api/v1/incidents') => server.inject({ url, headers: { host } });
    expect((await ask('evil.example')).json().error.code).toBe('foreign_host');
    expect((await ask('evil.example', '/nothing')).statusCode).toBe(403);
    for (const host of ['127.0.0.1:9099', 'localhost:9099', '[::1]:9099'])
      expect((await ask(host)).statusCode).toBe(200);
  }
});

test('who is let in by the configuration beyond loopback may come by any name', async () => {
  const entrance = entranceOf({ listen: '0.0.0.0:9099', auth: { anonymous: true } });
  const { server } = bench({ entrance });
  const answer = await server.inject({ url: '/api/v1/incidents', headers: { host: 'alertwright.monitoring.svc' } });
  expect(answer.statusCode).toBe(200);
});

test('guessing is slowed down for who guesses, and for nobody else', async () => {
  const { clock, pass } = clockOfTest();
  const { log, lines } = logOfTest();
  const entrance = entranceOf({ auth: { token: 'right' }, limits: { failedLoginsPerMinute: 3 } });
  const desk = bench({ entrance, clock, log });
  const guess = async (from: string) => (await read(desk, 'Bearer wrong', from)).statusCode;
  expect([await guess('10.0.0.1'), await guess('10.0.0.1'), await guess('::ffff:10.0.0.1')]).toEqual([401, 401, 401]);
  const refused = await read(desk, 'Bearer wrong', '10.0.0.1');
  expect([refused.statusCode, refused.json().error.code]).toEqual([429, 'too_many_failures']);
  expect(refused.headers['retry-after']).toBe('20');

  expect((await read(desk, 'Bearer right', '10.0.0.1')).statusCode).toBe(200);
  expect(await guess('10.0.0.2')).toBe(401);
  pass(20_000);
  expect([await guess('10.0.0.1'), await guess('10.0.0.1')]).toEqual([401, 429]);
  // One line for each source, not one for each guess.
  expect(lines.filter(({ level }) => level === 'warn').map(({ source }) => source)).toEqual(['10.0.0.1', '10.0.0.2']);
  expect(JSON.stringify(lines)).not.toMatch(/wrong|right/);
});

test.each([
  [{ webhook: { token: 'a' } }, /auth names no token or user for those who read and approve/],
  [{ anonymous: true, token: 'a' }, /auth\.anonymous lets everybody in, and auth names tokens or users/],
  [{ token: 'tr0ub4dor', tokenFile: 'x' }, /expected auth\.token or auth\.tokenFile, got both/],
  [{ users: [{ name: 'ada' }] }, /expected auth\.users\.0\.password or auth\.users\.0\.passwordFile, got neither/],
  [
    { users: [{ name: 'ada', password: 'tr0ub4dor', passwordFile: 'x' }] },
    /expected auth\.users\.0\.password or auth\.users\.0\.passwordFile, got both/,
  ],
  [{ tokenFile: '/nowhere/t' }, /expected the file of auth\.tokenFile at \/nowhere\/t, got: no such file/],
  [{ token: 'a', webhook: { tokenFiles: ['/nowhere/t'] } }, /the file of auth\.webhook\.tokenFiles\.0 at \/nowhere\/t/],
])('%j is refused before we listen, with the key and without the secret', (auth, says) => {
  expect(() => entranceOf({ auth })).toThrow(says);
  expect(() => entranceOf({ auth })).not.toThrow(/tr0ub4dor/);
});
