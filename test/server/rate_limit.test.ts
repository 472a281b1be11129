import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRateLimit, createTally, sourceOf } from '../../src/server/rate_limit.ts';
import { clockOfTest, entranceOf, logOfTest } from './entrance_of.ts';
import { bench, webhookBody } from './support.ts';

type Desk = ReturnType<typeof bench>;

const deliver = ({ server }: Desk, pod = 'cart-1', remoteAddress = '10.0.0.1', headers = {}) =>
  server.inject({ method: 'POST', url: '/webhook', body: webhookBody(pod), remoteAddress, headers });

const read = ({ server }: Desk, remoteAddress = '10.0.0.1') =>
  server.inject({ url: '/api/v1/incidents', remoteAddress });

test('in no stretch of time does more pass than the burst and what has been earned since', () => {
  const rate = fc.record({ perSecond: fc.integer({ min: 1, max: 50 }), burst: fc.integer({ min: 1, max: 20 }) });
  const pauses = fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(rate, pauses, ({ perSecond, burst }, gaps) => {
      const { clock, pass } = clockOfTest();
      const limit = createRateLimit({ perSecond, burst }, clock);
      const passedAt = gaps.flatMap(gap => {
        pass(gap);
        return limit('a') === 0 ? [clock.now()] : [];
      });
      for (const [first, from] of passedAt.entries())
        for (const [last, to] of passedAt.entries())
          if (last >= first)
            expect(last - first + 1).toBeLessThanOrEqual(burst + ((to - from) / 1000) * perSecond + 1e-6);
    }),
  );
});

test('who waits as long as it was told passes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 5 }), (perSecond, burst) => {
      const { clock, pass } = clockOfTest();
      const limit = createRateLimit({ perSecond, burst }, clock);
      const waits = Array.from({ length: burst + 1 }, () => limit('a'));
      expect(waits.slice(0, -1).every(wait => wait === 0)).toBe(true);
      expect(waits.at(-1)).toBeGreaterThan(0);
      pass(waits.at(-1)!);
      expect(limit('a')).toBe(0);
    }),
  );
});

test('sources are counted apart, and a clock that is set back takes nothing away', () => {
  const { clock, pass } = clockOfTest();
  const limit = createRateLimit({ perSecond: 1, burst: 1 }, clock);
  expect([limit('a'), limit('b')]).toEqual([0, 0]);
  expect(limit('a')).toBe(1000);
  pass(-3_600_000);
  expect(limit('a')).toBe(1000);
  pass(1000);
  expect(limit('a')).toBe(0);
});

test('however many sources come, few are remembered, and none of them is refused for that', () => {
  const { clock } = clockOfTest();
  const limit = createRateLimit({ perSecond: 1, burst: 1 }, clock);
  for (let source = 0; source < 30_000; source += 1) expect(limit(`s${source}`)).toBe(0);
  expect(limit('s29999')).toBeGreaterThan(0);
  expect(limit('s0')).toBe(0);
});

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0db8:0001:0002::1', '2001:db8:1:2::/64'],
  ['2001:db8::7', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('%s is counted as %s', (address, source) => {
  expect(sourceOf(address)).toBe(source);
});

test('the log hears of the first, and then once a minute how many there were', () => {
  const { clock, pass } = clockOfTest();
  const tally = createTally(clock);
  expect([tally('a'), tally('a'), tally('a'), tally('b')]).toEqual([1, undefined, undefined, 1]);
  pass(60_000);
  expect([tally('a'), tally('a')]).toEqual([3, undefined]);
});

test('a storm from one Alertmanager passes, as configured when nothing is', async () => {
  const { clock } = clockOfTest();
  const desk = bench({ entrance: entranceOf({}), clock });
  const local = (pod: string) => deliver(desk, pod, '127.0.0.1', { host: '127.0.0.1' });
  const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => local(`pod-${index}`)));
  expect(answers.filter(({ statusCode }) => statusCode !== 200)).toEqual([]);
  expect((await local('one-more')).statusCode).toBe(503);
});

test('a delivery over the limit is put off with 503, as Alertmanager drops what it gets a 429 for', async () => {
  const { clock, pass } = clockOfTest();
  const { log, lines } = logOfTest();
  const entrance = entranceOf({ limits: { webhook: { perSecond: 1, burst: 2 } } });
  const desk = bench({ entrance, clock, log });
  const from = async (address: string) => (await deliver(desk, 'cart-1', address)).statusCode;
  expect([await from('10.0.0.1'), await from('10.0.0.1')]).toEqual([200, 200]);
  const refused = await deliver(desk);
  expect([refused.statusCode, refused.headers['retry-after'], refused.json().error.code]).toEqual([
    503,
    '1',
    'over_limit',
  ]);
  expect([await from('10.0.0.1'), await from('10.0.0.2')]).toEqual([503, 200]);
  pass(1000);
  expect([await from('10.0.0.1'), await from('10.0.0.1')]).toEqual([200, 503]);
  expect(lines.filter(({ level }) => level === 'warn')).toMatchObject([{ source: '10.0.0.1', count: 1, status: 503 }]);
});

test('a sender that tries again after a 503 loses nothing', async () => {
  const { clock, pass } = clockOfTest();
  const desk = bench({ entrance: entranceOf({ limits: { webhook: { perSecond: 5, burst: 10 } } }), clock });
  const waiting = Array.from({ length: 60 }, (_, index) => `pod-${index}`);
  let putOff = 0;
  while (waiting.length > 0) {
    const answer = await deliver(desk, waiting[0]);
    if (answer.statusCode === 200) waiting.shift();
    else {
      putOff += 1;
      pass(Number(answer.headers['retry-after']) * 1000);
    }
  }
  await desk.settled();
  expect(putOff).toBe(10);
  const counts = desk.store.incidents.list({ limit: 100 }).map(({ alertCount }) => alertCount);
  expect(counts.reduce((sum, count) => sum + count)).toBe(60);
});

test('the API has a limit of its own, and answers 429', async () => {
  const { clock, pass } = clockOfTest();
  const entrance = entranceOf({ limits: { webhook: { burst: 1 }, api: { perSecond: 1, burst: 2 } } });
  const desk = bench({ entrance, clock });
  expect([(await read(desk)).statusCode, (await read(desk)).statusCode]).toEqual([200, 200]);
  const refused = await read(desk);
  expect([refused.statusCode, refused.headers['retry-after'], refused.json().error.code]).toEqual([
    429,
    '1',
    'over_limit',
  ]);
  expect((await desk.server.inject({ url: '/nothing', remoteAddress: '10.0.0.1' })).statusCode).toBe(429);
  expect((await deliver(desk)).statusCode).toBe(200);
  expect((await read(desk, '10.0.0.2')).statusCode).toBe(200);
  pass(1000);
  expect((await read(desk)).statusCode).toBe(200);
});

test('health is answered as often as it is asked', async () => {
  const entrance = entranceOf({ limits: { webhook: { burst: 1 }, api: { burst: 1 } } });
  const { server } = bench({ entrance });
  for (let probe = 0; probe < 20; probe += 1) expect((await server.inject('/healthz')).statusCode).toBe(200);
});

test('who shows nothing good uses up nothing of what others behind the same address may do', async () => {
  const { clock } = clockOfTest();
  const entrance = entranceOf({
    auth: { token: 'right' },
    limits: { webhook: { perSecond: 1, burst: 1 }, failedLoginsPerMinute: 1 },
  });
  const desk = bench({ entrance, clock });
  for (const status of [401, 429, 429]) expect((await deliver(desk)).statusCode).toBe(status);
  const authorization = 'Bearer right';
  expect((await deliver(desk, 'cart-1', '10.0.0.1', { authorization })).statusCode).toBe(200);
});
