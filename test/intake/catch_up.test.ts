import { expect, test } from 'vitest';
import { ended, minute, openPost, sent } from './catching_up.ts';

test('what fires there and not here is taken in at the start, as the webhook would have brought it', async () => {
  const post = await openPost();
  const { fake, store } = post;
  fake.put('a', { annotations: { summary: 'password=hunter2secret' } });
  fake.put('b');
  await post.deliver([sent(fake.put('known'))]);
  post.begin();
  await post.pass(1);
  expect(['a', 'b', 'known'].map(post.statusOf)).toEqual(['firing', 'firing', 'firing']);
  expect(store.alerts.last('a')?.alert).toMatchObject({
    labels: { alertname: 'PodCrashes', pod: 'a' },
    annotations: { summary: 'password=[redacted secret]' },
    receiver: 'ours',
    startsAt: '2026-11-21T09:58:00.000Z',
  });
  expect(store.incidents.list().reduce((sum, { alertCount }) => sum + alertCount, 0)).toBe(3);
  expect(post.state()).toMatchObject({ open: 3, missed: 2, closed: 0 });
});

test('what is silenced, inhibited, muted, not routed yet or routed elsewhere is not taken in', async () => {
  const post = await openPost({ receiver: 'ours' });
  const { fake } = post;
  const suppressed = { state: 'suppressed', silencedBy: [], inhibitedBy: [] };
  fake.put('silenced', { status: { ...suppressed, silencedBy: ['x'] } });
  fake.put('inhibited', { status: { ...suppressed, inhibitedBy: ['x'] } });
  fake.put('muted', { status: { ...suppressed, state: 'active', mutedBy: ['night'] } });
  fake.put('unprocessed', { status: { ...suppressed, state: 'unprocessed' } });
  fake.put('elsewhere', { receivers: [{ name: 'others' }] });
  fake.put('both', { receivers: [{ name: 'others' }, { name: 'ours' }] });
  post.begin();
  await post.pass(1);
  expect(fake.list().filter(({ fingerprint }) => post.statusOf(fingerprint))).toMatchObject([{ fingerprint: 'both' }]);
  expect(post.store.alerts.last('both')?.alert.receiver).toBe('ours');
});

test('what has just begun is left to the webhook, and taken in a minute later', async () => {
  const post = await openPost();
  post.fake.put('a', { startsAt: new Date(post.clock.now() - 20_000).toISOString() });
  post.begin();
  await post.pass(39_000);
  expect(post.statusOf('a')).toBeUndefined();
  await post.pass(2000);
  expect(post.statusOf('a')).toBe('firing');
});

test('so is what began while we looked', async () => {
  const post = await openPost();
  post.fake.put('a', { startsAt: new Date(post.clock.now() + 200).toISOString() });
  post.begin();
  await post.pass(59_000);
  expect(post.statusOf('a')).toBeUndefined();
  await post.pass(3000);
  expect(post.statusOf('a')).toBe('firing');
});

test('what ended while we were away is closed after some minutes of looks that agree, and says so', async () => {
  const post = await openPost();
  const { fake, store } = post;
  await post.deliver([sent(fake.put('a')), sent(fake.put('b'))]);
  fake.drop('a');
  await post.pass(10 * minute);
  post.begin();
  await post.pass(5 * minute - 5000);
  expect(post.statusOf('a')).toBe('firing');
  await post.pass(10_000);
  expect(['a', 'b'].map(post.statusOf)).toEqual(['resolved', 'firing']);
  const { alert, incident } = store.alerts.last('a')!;
  const because = /^catching up: no Alertmanager has had it since 2026-11-21T10:10:00\.\d+Z$/;
  expect(alert.endedBecause).toMatch(because);
  const event = store.incidents.events(incident!).at(-1);
  expect(event).toMatchObject({ type: 'alerts_resolved', alerts: [{ because: expect.stringMatching(because) }] });
  expect(post.state()).toMatchObject({ missed: 0, closed: 1 });
});

test('what comes back between two looks, or is heard of, is not gone', async () => {
  const post = await openPost();
  const { fake } = post;
  fake.put('other');
  const a = sent(fake.put('a'));
  await post.deliver([a]);
  post.begin();
  await post.pass(7 * minute);
  fake.drop('a');
  await post.pass(6 * minute);
  expect(post.state().waiting).toBe(1);
  fake.put('a');
  await post.pass(3 * minute);
  expect(post.state().waiting).toBe(0);
  fake.drop('a');
  await post.pass(5.5 * minute);
  expect(post.state().waiting).toBe(1);
  await post.deliver([a]);
  await post.pass(7 * minute);
  expect(post.statusOf('a')).toBe('firing');
  await post.pass(5 * minute);
  expect(post.statusOf('a')).toBe('resolved');
});

test('silenced, inhibited and rerouted alerts are not gone', async () => {
  const post = await openPost({ receiver: 'ours' });
  const { fake } = post;
  await post.deliver([sent(fake.put('a')), sent(fake.put('b'))]);
  fake.silence('a');
  fake.put('b', { receivers: [{ name: 'others' }] });
  await post.pass(10 * minute);
  post.begin();
  await post.pass(60 * minute);
  expect(['a', 'b'].map(post.statusOf)).toEqual(['firing', 'firing']);
});

test('what did not come by an Alertmanager, or by another receiver, is not looked for there', async () => {
  const post = await openPost({ receiver: 'ours' });
  const { receiver: _, ...grafana } = sent(post.fake.put('grafana'));
  await post.deliver([grafana, sent(post.fake.put('theirs'), { receiver: 'another' })]);
  post.fake.drop('grafana', 'theirs');
  post.fake.put('other');
  post.begin();
  await post.pass(60 * minute);
  expect(['grafana', 'theirs'].map(post.statusOf)).toEqual(['firing', 'firing']);
});

test('nothing is closed while one of a pair still has it, is away, or answers nonsense', async () => {
  const post = await openPost({}, 2);
  const [one, two] = post.fakes as [typeof post.fake, typeof post.fake];
  for (const fake of [one, two]) fake.put('other');
  await post.deliver([sent(one.put('a'))]);
  two.put('a');
  one.drop('a');
  post.begin();
  await post.pass(30 * minute);
  expect(post.statusOf('a')).toBe('firing');
  two.drop('a');
  post.served[1]!.answer = (_request, response) => response.writeHead(502).end('bad gateway');
  await post.pass(30 * minute);
  expect(post.statusOf('a')).toBe('firing');
  expect(post.state().problem).toMatch(/it answered 502: bad gateway/);
  post.served[1]!.answer = (_request, response) => response.end('[{"labels":{}}]');
  await post.pass(30 * minute);
  expect(post.statusOf('a')).toBe('firing');
  delete post.served[1]!.answer;
  await post.pass(7 * minute);
  expect(post.statusOf('a')).toBe('resolved');
  expect(post.state().problem).toBeUndefined();
});

test('what one of a pair has is taken in while the other is away; what it silences stays silenced', async () => {
  const post = await openPost({}, 2);
  const [one, two] = post.fakes as [typeof post.fake, typeof post.fake];
  one.put('a');
  one.put('b');
  two.put('b');
  two.silence('b');
  post.begin();
  await post.pass(1);
  expect(['a', 'b'].map(post.statusOf)).toEqual(['firing', undefined]);
  post.served[1]!.answer = (_request, response) => response.destroy();
  one.put('c');
  await post.pass(4 * minute);
  expect(post.statusOf('c')).toBe('firing');
});

test('an Alertmanager that was restarted proves nothing until it was sent everything again', async () => {
  const post = await openPost();
  const { fake } = post;
  const kept = fake.put('kept');
  await post.deliver([sent(kept), sent(fake.put('over'))]);
  await post.pass(10 * minute);
  post.begin();
  await post.pass(1);
  fake.restart();
  await post.pass(4 * minute);
  expect(post.state().problem).toMatch(/was started less than 300 s ago/);
  fake.put('kept', kept);
  await post.pass(minute / 2);
  expect(['kept', 'over'].map(post.statusOf)).toEqual(['firing', 'firing']);
  await post.pass(10 * minute);
  expect(['kept', 'over'].map(post.statusOf)).toEqual(['firing', 'resolved']);
});

test('one that is cut off from whoever sends it alerts is not believed for a quarter of an hour', async () => {
  const post = await openPost();
  await post.deliver([sent(post.fake.put('a'))]);
  post.fake.drop('a');
  await post.pass(10 * minute);
  post.begin();
  await post.pass(14 * minute);
  expect(post.statusOf('a')).toBe('firing');
  expect(post.state()).toMatchObject({ waiting: 1, problem: expect.stringMatching(/may be cut off/) });
  await post.pass(5 * minute);
  expect(post.statusOf('a')).toBe('resolved');
});

test('one that is no longer cut off is not believed either until it was sent everything again', async () => {
  const post = await openPost();
  const { fake } = post;
  const kept = fake.put('kept');
  await post.deliver([sent(kept), sent(fake.put('over'))]);
  fake.drop('kept', 'over');
  await post.pass(10 * minute);
  post.begin();
  await post.pass(5 * minute);
  fake.put('Watchdog');
  await post.pass(4 * minute);
  fake.put('kept', kept);
  await post.pass(minute / 2);
  expect(['kept', 'over'].map(post.statusOf)).toEqual(['firing', 'firing']);
  await post.pass(4 * minute);
  expect(['kept', 'over'].map(post.statusOf)).toEqual(['firing', 'resolved']);
});

test('when most alerts are gone at once, that is not believed for a quarter of an hour', async () => {
  const post = await openPost();
  const { fake } = post;
  const names = Array.from({ length: 12 }, (_, index) => `f${index}`);
  await post.deliver([...names, 'stays'].map(name => sent(fake.put(name))));
  await post.pass(10 * minute);
  post.begin();
  await post.pass(1);
  fake.drop(...names);
  await post.pass(14 * minute);
  expect(post.state()).toMatchObject({ problem: '12 of 13 alerts are gone at once', waiting: 12, closed: 0 });
  await post.pass(6 * minute);
  expect(post.state()).toMatchObject({ closed: 12, waiting: 0 });
  expect(post.statusOf('stays')).toBe('firing');
});

test('what we hold for over fires again when Alertmanager heard of it since, and not when it did not', async () => {
  const post = await openPost();
  const { fake, clock } = post;
  const listed = fake.put('a');
  await post.deliver([sent(listed)]);
  await post.pass(2 * minute);
  // A replica that was not told of the end.
  const late = fake.put('late', { updatedAt: listed.updatedAt });
  await post.deliver([ended(listed, clock.now()), ended(late, clock.now())]);
  post.begin();
  await post.pass(1, { refresh: false });
  expect(['a', 'late'].map(post.statusOf)).toEqual(['resolved', 'resolved']);
  fake.put('a', { startsAt: listed.startsAt });
  await post.pass(3 * minute, { refresh: false });
  expect(['a', 'late'].map(post.statusOf)).toEqual(['firing', 'resolved']);
});

test('what a group hides is looked for soon', async () => {
  const post = await openPost({ everyMs: 60 * minute });
  post.begin();
  await post.pass(1);
  const shown = sent(post.fake.put('shown'));
  post.fake.put('hidden');
  await post.pass(minute);
  expect(post.statusOf('hidden')).toBeUndefined();
  await post.deliver([shown], 1);
  await post.pass(11_000);
  expect(post.statusOf('hidden')).toBe('firing');
});

test('a failure is logged once, and once more when it is over', async () => {
  const post = await openPost();
  post.served[0]!.answer = (_request, response) => response.destroy();
  post.begin();
  await post.pass(60 * minute);
  delete post.served[0]!.answer;
  await post.pass(60 * minute);
  expect(post.lines.map(line => JSON.parse(line).msg)).toEqual([
    'catching up with Alertmanager closes nothing for now',
    'catching up with Alertmanager works again',
  ]);
});

test('it ends at once, also in the middle of a look that gets no answer', async () => {
  const post = await openPost();
  const asked = Promise.withResolvers<void>();
  post.served[0]!.answer = () => asked.resolve();
  post.begin();
  await asked.promise;
  await post.end();
  expect(post.state()).toMatchObject({ missed: 0, closed: 0 });
});

test('thousands of alerts are taken in and closed, and others have their turn meanwhile', async () => {
  const post = await openPost();
  const names = Array.from({ length: 3000 }, (_, index) => `f${index}`);
  for (const name of names) post.fake.put(name);
  post.begin();
  await post.pass(1);
  expect(post.state()).toMatchObject({ missed: 3000 });
  post.fake.drop(...names.slice(0, 1000));
  await post.pass(20 * minute);
  expect(post.state()).toMatchObject({ open: 2000, held: 2000, closed: 1000 });
});
