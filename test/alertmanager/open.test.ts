import { writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import type { z } from 'zod';
import { openAlertmanagers } from '../../src/alertmanager/open.ts';
import { Config } from '../../src/config/schema.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { clockOfTest, folderOfTest } from '../server/entrance_of.ts';
import { createFake, serveFake } from './fake.ts';

type Given = z.input<typeof Config>['alertmanager'];

function open(given: Given, clock: Clock = systemClock) {
  const opened = openAlertmanagers(Config.parse({ alertmanager: given }).alertmanager, { clock, log: silentLog });
  onTestFinished(async () => void (await Promise.all(opened.map(each => each.close()))));
  return opened;
}

async function shownBy(given: Given): Promise<string | undefined> {
  const served = await serveFake(createFake(systemClock), systemClock);
  const [alertmanager] = open({ ...given, url: served.url });
  await alertmanager!.read(new AbortController().signal);
  return served.seen.at(-1)?.headers.authorization;
}

test('one or several, each once; none when none is named', () => {
  const names = (given: Given) => open(given).map(({ name }) => name);
  expect(names({})).toEqual([]);
  expect(names({ url: 'http://a:9093' })).toEqual(['http://a:9093']);
  expect(names({ url: 'http://a:9093', urls: ['http://a:9093', 'https://b/am/'] })).toEqual([
    'http://a:9093',
    'https://b/am',
  ]);
});

test('a token or a password is shown, from the configuration or a file', async () => {
  const { put } = folderOfTest();
  const basic = `Basic ${Buffer.from('ada:secret word').toString('base64')}`;
  expect(await shownBy({})).toBeUndefined();
  expect(await shownBy({ token: 't0ken' })).toBe('Bearer t0ken');
  expect(await shownBy({ tokenFile: put('token', 't0ken\n') })).toBe('Bearer t0ken');
  expect(await shownBy({ user: 'ada', password: 'secret word' })).toBe(basic);
  expect(await shownBy({ user: 'ada', passwordFile: put('password', 'secret word\n') })).toBe(basic);
});

test('a file is read anew when it changes', async () => {
  const tokenFile = folderOfTest().put('token', 'first');
  const { clock, pass: wait } = clockOfTest();
  const served = await serveFake(createFake(clock), clock);
  const [alertmanager] = open({ url: served.url, tokenFile }, { ...systemClock, ...clock });
  writeFileSync(tokenFile, 'second');
  wait(5000);
  await alertmanager!.read(new AbortController().signal);
  expect(served.seen.at(-1)?.headers.authorization).toBe('Bearer second');
});

test.each<[Given, RegExp]>([
  [
    { url: 'http://a', token: 'x', tokenFile: '/nowhere' },
    /expected alertmanager\.token or alertmanager\.tokenFile, got both/,
  ],
  [{ url: 'http://a', user: 'u', password: 'x', passwordFile: '/nowhere' }, /expected alertmanager\.password or/],
  [
    { url: 'http://a', user: 'u', tokenFile: '/nowhere' },
    /expected alertmanager\.user or alertmanager\.tokenFile, got both/,
  ],
  [{ url: 'http://a', password: 'x' }, /expected alertmanager\.user with alertmanager\.password, got none/],
  [
    { url: 'http://a', tokenFile: '/nowhere' },
    /expected the file of alertmanager\.tokenFile at \/nowhere, got: no such file/,
  ],
  [{ url: 'http://a', caFile: '/nowhere' }, /expected the file of alertmanager\.caFile at \/nowhere/],
  [{ token: 'x' }, /expected alertmanager\.url with alertmanager\.token, got none/],
])('what can not be meant is refused in one sentence: %j', (given, problem) => {
  expect(() => open(given)).toThrow(problem);
});
