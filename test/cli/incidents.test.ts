import { expect, test } from 'vitest';
import { askingIncident, type Bench, webhookBody } from '../server/support.ts';
import { alertFor } from '../support/incidents.ts';
import { jsonLines } from './run_cli.ts';
import { onScreen, runHere } from './run_here.ts';
import { serving } from './serving.ts';

async function deliver({ server, settled }: Bench, body: object): Promise<void> {
  await server.inject({ method: 'POST', url: '/webhook', body });
  await settled();
}

/** One incident with a deployment's alerts, of so many pods. */
async function crowd(desk: Bench, pods: number): Promise<string> {
  const letters = 'bcdfghjklmnpqrstvwxz';
  const names = Array.from(
    { length: pods },
    (_, each) => `till-7d8b9c6f5d-${letters[each % 20]}${letters[Math.floor(each / 20)]}bcd`,
  );
  await deliver(desk, webhookBody(...names.slice(0, 1)));
  await deliver(desk, webhookBody(...names.slice(1)));
  return desk.store.incidents.list()[0]!.id;
}

test('incidents are a table, the newest first, and who asks is pointed at', async () => {
  const desk = await serving();
  expect((await runHere(desk.ask('incidents'))).out).toBe('no incident yet\n');
  const { id } = await askingIncident(desk);
  const other = await crowd(desk, 3);
  const { code, out } = await runHere(desk.ask('incidents'));
  expect(code).toBe(0);
  expect(out.replaceAll(/ {2}\d+s/g, '  0s')).toBe(
    [
      'incident        age  state              firing  title',
      `--------------  ---  -----------------  ------  ${'-'.repeat(50)}`,
      `${other}   0s  open               3 of 3  KubePodCrashLooping: till-7d8b9c6f5d-bbbcd crashes`,
      `${id}   0s  awaiting approval  1 of 1  KubePodCrashLooping: cart-1 crashes`,
      `→ asks you: alertwright incidents show ${id}`,
      '',
    ].join('\n'),
  );
});

test('the filters find what they say, also as JSON', async () => {
  const desk = await serving();
  const { id } = await askingIncident(desk);
  const other = await crowd(desk, 2);
  desk.store.incidents.append(other, 'close', { type: 'closed', state: 'escalated', summary: 's', learned: [] });
  const ids = async (...filters: string[]) =>
    jsonLines<{ id: string }>((await runHere(desk.ask('incidents', '--json', ...filters))).out).map(each => each.id);
  expect(await ids()).toEqual([other, id]);
  expect(await ids('--open')).toEqual([id]);
  expect(await ids('--state', 'escalated')).toEqual([other]);
  expect(await ids('--namespace', 'none')).toEqual([]);
  expect((await runHere(desk.ask('incidents', '--limit', '1'))).out).toContain('… and 1 more: --limit 2\n');
  const wrong = await runHere(desk.ask('incidents', '--state', 'opn'));
  expect([wrong.code, wrong.err]).toEqual([
    2,
    expect.stringMatching(/^error: state: expected one of open, investigating/),
  ]);
});

test('one incident is shown with its story, its alerts, and why they are in it', async () => {
  const desk = await serving();
  const id = await crowd(desk, 30);
  const { code, out, widest } = await onScreen(desk.ask('incidents', 'show', id));
  expect([code, widest <= 80]).toEqual([0, true]);
  expect(out).toMatch(/^inc-\w+ {2}open\nKubePodCrashLooping: till-7d8b9c6f5d-bbbcd crashes\n/);
  expect(out).toContain('  about     Deployment shop/till\n');
  expect(out).toContain('  alerts    30 alerts, 30 firing, in shop\n');
  expect(out).toMatch(/ folded {4}29 more alerts: .*the same thing: Deployment shop\/till/);
  expect(out).toMatch(/ ▲ {2}alert .*and 28 more/);
  expect(out).toContain(`… and 10 more: alertwright alerts --incident ${id} --limit 30\n`);
  const story = await onScreen(desk.ask('incidents', 'show', (await askingIncident(desk)).id));
  expect(story.out).toMatch(/concludes[\s\S]*plans[\s\S]*asks you[\s\S]*alertwright approve inc-\w+ --plan plan-hash/);
});

test('an incident that came again says so, in the list and by itself', async () => {
  const desk = await serving();
  const first = await crowd(desk, 1);
  const [alert] = desk.store.alerts.page({ limit: 1 }).items;
  const { labels, startsAt } = alert!.alert;
  const fingerprint = alert!.alert.fingerprint;
  const later = new Date(Date.now() + 60_000).toISOString();
  await deliver(desk, { alerts: [{ fingerprint, labels, startsAt, status: 'resolved', endsAt: startsAt }] });
  desk.store.incidents.append(first, 'close', { type: 'closed', state: 'self_resolved', summary: 's', learned: [] });
  await deliver(desk, { alerts: [{ fingerprint, labels, startsAt: later, status: 'firing' }] });
  const again = desk.store.incidents.list()[0]!.id;
  expect((await runHere(desk.ask('incidents'))).out).toMatch(
    new RegExp(`${again} .* again \\(2\\): KubePodCrashLooping`),
  );
  const { out } = await runHere(desk.ask('incidents', 'show', again));
  expect(out).toContain(`  again     ${first} had the same cause; this is number 2 in a row\n`);
});

test('as JSON an incident is one document, with its events and its alerts', async () => {
  const desk = await serving();
  const { id, plan } = await askingIncident(desk);
  const { out } = await runHere(desk.ask('incidents', 'show', id, '--json'));
  const shown = JSON.parse(out);
  expect(shown).toMatchObject({ incident: { id, plan: { hash: plan } }, alerts: [{ incident: id }] });
  expect(shown.events).toEqual(JSON.parse(JSON.stringify(desk.store.incidents.events(id))));
});

test('nothing that an incident quotes can steer the terminal', async () => {
  const desk = await serving();
  const evil = '\u001b[2J\u009b31m\u202e\u0007evil';
  const labels = { alertname: evil, namespace: 'shop', deployment: evil };
  await deliver(desk, { alerts: [{ ...alertFor(labels), annotations: { summary: evil } }] });
  const { id } = desk.store.incidents.list()[0]!;
  for (const argv of [['incidents'], ['incidents', 'show', id], ['incidents', 'show', id, '--json']]) {
    const { code, out } = await runHere(desk.ask(...argv));
    expect(code).toBe(0);
    expect(out).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
  }
});

test('an incident that is not there is a sentence', async () => {
  const { code, err } = await runHere((await serving()).ask('incidents', 'show', '../status'));
  expect([code, err]).toEqual([
    1,
    'error: there is no incident ../status\n→ `alertwright incidents` lists those that there are.\n',
  ]);
});
