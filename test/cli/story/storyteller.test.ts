import { expect, test } from 'vitest';
import { noPaint, type Paint } from '../../../src/cli/story/paint.ts';
import { createStoryteller, type StoryOptions } from '../../../src/cli/story/storyteller.ts';
import type { IncidentEvent, RecordedEvent } from '../../../src/incidents/event.ts';
import { cart, decisionFor, planFor } from '../../support/incidents.ts';
import { fixed, investigated, opened, recorded } from './events.ts';

function story(events: readonly RecordedEvent[], options: Partial<StoryOptions> = {}): string {
  const tell = createStoryteller({ width: 96, paint: noPaint, ...options });
  return `${events.flatMap(tell).join('\n')}\n`;
}

/** The part of a story that these events add to an investigation that decided on a rollback. */
function after(...events: IncidentEvent[]): string {
  const decided: IncidentEvent = {
    type: 'decided',
    decision: decisionFor({ name: 'rollback_workload', target: cart }),
  };
  const before: [number, IncidentEvent][] = [...investigated, [2, decided], [2, { type: 'planned', plan: planFor() }]];
  const all = recorded(
    'inc-1',
    ...before,
    ...events.map((event, index): [number, IncidentEvent] => [10 + index, event]),
  );
  const tell = createStoryteller({ width: 96, paint: noPaint });
  const lines = all.map(tell);
  return `\n${lines.slice(before.length).flat().join('\n')}\n`;
}

test('a fault that is found, fixed and seen to be gone', () => {
  expect(`\n${story(fixed, { stopwatch: () => () => 1234 })}`).toMatchInlineSnapshot(`
    "

     +00:00  ▲  alert      Deployment shop/cart has been short of replicas for 2 minutes
                           Deployment shop/cart · DeploymentReplicasUnavailable (critical)  inc-4d7a
     +00:00  ○  looks      scripted-diagnostician, with 5 read-only tools
     +00:01  ·             get_pod_status shop/cart                                       e1 · 12 ms
                             1 pod cart-7d9f8b6c5-x2x4z: ImagePullBackOff:
                             "registry.example/shop/cart:2.5.0": not found
     +00:01  ·  in vain    get_pod_logs shop/cart previous                                 e2 · 3 ms
                             no pod of cart has ended before
     +00:02  ○  thinks     turn 2 · 1,720 tokens                                               2.3 s

     +00:02  ◆  concludes  Revision 5 names an image tag that the registry does not have.
                           in    Deployment shop/cart
                           e1    the only pod of revision 5 waits in ImagePullBackOff: not found
                           so    rollback workload: Deployment shop/cart
                           not   restart_workload: a new pod would ask the registry for the same
                                 image

     +00:02  ✎  plans      roll Deployment shop/cart back to the revision before
                           plan 8c1fe2a07b34d911 · dry run accepted · 2 pods affected
     +00:02  ✓  guard      permits, in mode auto
                           mode auto · kind Deployment · namespace shop · where the alerts are ·
                           not protected · evidence e1 exists · still firing ·
                           unchanged since the plan · nobody else acts on it

     +00:03  ●  changes    Deployment shop/cart
                           spec.template.spec.containers[cart].image
                             - registry.example/shop/cart:2.5.0
                             + registry.example/shop/cart:2.4.1
                           spec.template.spec.containers[cart].env[CACHE].value
                             - on
     +00:13  ·  checks     2 of 3 replicas ready                                      1 alert firing
     +00:33  ·  checks     3 of 3 replicas ready, all of revision 6                   1 alert firing
     +00:45  ▽  alert      DeploymentReplicasUnavailable resolved
     +00:53  ·  checks     3 of 3 replicas ready, all of revision 6                  no alert firing
     +01:53  ✓  verified   recovered                                              watched for 1m 50s
                           3 of 3 replicas ready, all of revision 6; no alert is firing

     +01:53  ✔  RESOLVED   roll Deployment shop/cart back to the revision before: 3 of 3 replicas
                           ready; no alert is firing
                           1m 53s of cluster time · 1.2 s here · 2 turns · 2 tool calls ·
                           2,980 tokens
    "
  `);
});

test('a plan that waits for a person, who says no', () => {
  expect(
    after(
      {
        type: 'approval_requested',
        planHash: 'plan-hash',
        expiresAt: '2026-11-21T11:00:00.000Z',
        reason: 'approve mode: a person has to agree to this plan',
      },
      { type: 'rejected', planHash: 'plan-hash', by: 'ada', reason: 'we roll forward' },
      { type: 'closed', state: 'escalated', summary: 'nobody agreed to the plan', learned: [] },
    ),
  ).toMatchInlineSnapshot(`
    "
     +00:10  ?  asks you   approve mode: a person has to agree to this plan, until 11:00 UTC
                           spec.template
                             - a
                             + b
                           alertwright approve inc-1 --plan plan-hash
     +00:11  ✗  rejected   by ada: we roll forward

     +00:12  ☎  TO YOU     nobody agreed to the plan
                           12 s of cluster time · 2 turns · 2 tool calls · 2,980 tokens
    "
  `);
});

test('a guard that says no shows what it kept from being done', () => {
  expect(
    after({ type: 'denied', rule: 'namespace', reason: 'namespace shop is on the deny list' }),
  ).toMatchInlineSnapshot(`
    "
     +00:10  ✗  guard      says no (namespace): namespace shop is on the deny list
                           spec.template
                             - a
                             + b
    "
  `);
});

test('a change that did not help is taken back', () => {
  const changes = [{ path: 'spec.template', before: 'a', after: 'b' }];
  expect(
    after(
      { type: 'permitted', mode: 'auto', checks: ['mode auto'] },
      { type: 'applied', action: 'rollback_workload', target: 'Deployment shop/cart', changes, effect: 'f' },
      { type: 'checked', workload: 'the new pod crashes too', proof: 'failing', alertsFiring: 2 },
      { type: 'verified', health: 'failing', says: 'the new pod crashes too', watchedSeconds: 120 },
      {
        type: 'undone',
        target: 'Deployment shop/cart',
        changes: [{ path: 'spec.template', before: 'b', after: 'a' }],
        because: 'the new pod crashes too',
      },
      { type: 'closed', state: 'escalated', summary: 'it did not help and was taken back', learned: [] },
    ),
  ).toMatchInlineSnapshot(`
    "
     +00:10  ✓  guard      permits, in mode auto
                           mode auto

     +00:11  ●  changes    Deployment shop/cart
                           spec.template
                             - a
                             + b
     +00:12  ·  checks     the new pod crashes too                                   2 alerts firing
     +00:13  ✗  verified   failing                                                 watched for 2m 0s
                           the new pod crashes too
     +00:14  ↶  undoes     Deployment shop/cart: the new pod crashes too
                           spec.template
                             - b
                             + a

     +00:15  ☎  TO YOU     it did not help and was taken back
                           15 s of cluster time · 2 turns · 2 tool calls · 2,980 tokens
    "
  `);
});

test('what goes wrong on our side is said as it is', () => {
  expect(
    after(
      { type: 'permitted', mode: 'auto', checks: ['mode auto'] },
      {
        type: 'apply_failed',
        action: 'rollback_workload',
        target: 'Deployment shop/cart',
        reason: 'the connection broke',
        unknown: true,
      },
    ),
  ).toMatchInlineSnapshot(`
    "
     +00:10  ✓  guard      permits, in mode auto
                           mode auto
     +00:11  ✗  changes    Deployment shop/cart: it is not known whether it was changed: the
                           connection broke
    "
  `);
});

test('a header says whose story it is when two are told at once', () => {
  const events = [
    ...recorded('inc-1', [0, opened]),
    ...recorded('inc-2', [0, opened]),
    ...recorded('inc-1', [0, opened], [3, { type: 'investigation_started', model: 'm', tools: 1 }]).slice(1),
  ];
  const headers = story(events)
    .split('\n')
    .filter(line => line.startsWith('──'));
  expect(headers.map(line => line.slice(0, 9))).toEqual(['── inc-2 ', '── inc-1 ']);
});

test('no line is wider than the page, whatever is told', () => {
  const long = 'x'.repeat(500);
  const wide = recorded(
    'inc-1',
    [0, { ...opened, title: `${long} ${long}` } as IncidentEvent],
    [0, { type: 'investigation_started', model: long, tools: 3 }],
    [
      1,
      {
        type: 'tool_answered',
        evidence: 'e1',
        tool: long,
        args: { name: long },
        answer: `${long}\n${long}`,
        failed: false,
        ms: 1,
      },
    ],
    [
      2,
      {
        type: 'decided',
        decision: {
          ...decisionFor({ name: 'escalate', reason: long }),
          rootCause: { summary: 'word '.repeat(400), object: cart },
        },
      },
    ],
  );
  for (const width of [72, 100]) {
    const lines = story(wide, { width }).split('\n');
    expect(Math.max(...lines.map(line => [...line].length))).toBeLessThanOrEqual(width);
    expect(lines.length).toBeLessThan(40);
  }
});

test('what comes from the cluster can not steer the terminal', () => {
  const answer = 'error: \u001b]0;owned\u0007\u001b[2J\u202Eevil\rno such file';
  const told = story(
    recorded(
      'inc-1',
      [0, { ...opened, title: 'a\u001b[31mlert\u0000' } as IncidentEvent],
      [0, { type: 'investigation_started', model: 'm', tools: 1 }],
      [0, { type: 'tool_answered', evidence: 'e1', tool: 't', args: {}, answer, failed: false, ms: 1 }],
    ),
  );
  expect(told).not.toMatch(/[^\n\P{Cc}]|\p{Cf}/u);
  expect(told).toContain('evil');
});

test('colours change nothing but the colours', () => {
  const marked: Paint = (tone, text) => (text === '' ? '' : `<${tone}>${text}</>`);
  const bare = story(fixed, { paint: marked }).replace(/<\w+>|<\/>/g, '');
  const trimmed = (text: string) => text.split('\n').map(line => line.trimEnd());
  expect(trimmed(bare)).toEqual(trimmed(story(fixed)));
  expect(story(fixed, { paint: marked })).toContain('<good>+ registry.example/shop/cart:2.4.1</>');
});
