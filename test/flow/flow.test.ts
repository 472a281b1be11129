import { afterEach, expect, test } from 'vitest';
import type { AppSettings } from '../../src/app.ts';
import type { Decision } from '../../src/incidents/decision.ts';
import type { RecordedEvent } from '../../src/incidents/event.ts';
import { type Incident, transition } from '../../src/incidents/incident.ts';
import type { Deployment } from '../../src/kubernetes/objects.ts';
import { type Lab, startLab } from '../../src/lab.ts';
import { silentLog } from '../../src/lib/log.ts';
import { type ModelChoice, scriptedDiagnostician } from '../../src/model/open_model.ts';
import { labSettings } from '../../src/settings.ts';
import { loadScenario } from '../../src/simulation/scenario/load.ts';
import { type ChatAnswer, startChatServer } from '../support/chat_server.ts';
import { alertFor } from '../support/incidents.ts';

/** The front door: a fault in a cluster, alerts over HTTP, and what the cluster looks like at the end. */

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function lab(scenario: string, model: ModelChoice, settings: Partial<AppSettings> = {}): Promise<Lab> {
  const started = await startLab({
    scenario: loadScenario(scenario),
    model,
    log: silentLog,
    settings: { ...labSettings, ...settings },
  });
  open.push(started);
  return started;
}

/** Looks at one thing, then says what it was told to decide. */
async function decides(
  action: Decision['action'],
  evidence = [{ id: 'e1', says: 'it crashes' }],
): Promise<ModelChoice> {
  const target = 'target' in action ? action.target : { kind: 'Deployment', namespace: 'shop', name: 'checkout' };
  const decision = { rootCause: { summary: 'a guess', object: target }, evidence, action, considered: [] };
  const chat = await startChatServer(
    ({ messages }): ChatAnswer =>
      messages.some(({ role }) => role === 'tool')
        ? { content: JSON.stringify(decision) }
        : { calls: [{ name: 'get_pod_status', arguments: { namespace: target.namespace, name: target.name } }] },
  );
  open.push(chat);
  return chat.model;
}

/** Lets the fault happen and waits for the first incident to close. */
async function firstIncident(
  { app, cluster, webhookUrl }: Lab,
  onEvent: (event: RecordedEvent) => void = () => {},
): Promise<Incident> {
  const closed = new Promise<string>(resolve => {
    app.store.incidents.subscribe(event => {
      onEvent(event);
      if (event.type === 'closed') resolve(event.incident);
    });
  });
  cluster.alertTo(webhookUrl);
  await cluster.injectFault();
  const incident = app.store.incidents.get(await closed);
  if (!incident) throw new Error('the incident is not in the log');
  return incident;
}

const eventsOf = ({ app }: Lab, { id }: Incident) => app.store.incidents.events(id, { limit: 1000 });
const typesOf = (started: Lab, incident: Incident) => eventsOf(started, incident).map(({ type }) => type);
const checkout = { kind: 'Deployment', namespace: 'shop', name: 'checkout' };

async function specOf({ cluster }: Lab, name: string): Promise<Deployment['spec']> {
  const found = await cluster.client.get<Deployment>('deployments.apps', name, 'shop');
  if (!found) throw new Error(`there is no deployment ${name}`);
  return found.spec;
}

test('a rollout that crashes is rolled back, verified, and told in events that replay to the same incident', async () => {
  const started = await lab('rejected-setting', scriptedDiagnostician);
  const incident = await firstIncident(started);
  expect(incident.state).toBe('resolved');
  expect(
    await started.cluster.judge({ state: incident.state, rootCause: incident.decision!.rootCause.object }),
  ).toMatchObject({ passed: true, rightCause: true });
  expect(eventsOf(started, incident).reduce<Incident | undefined>(transition, undefined)).toEqual(incident);
  const story = typesOf(started, incident).filter(type => !type.startsWith('alerts_') && type !== 'checked');
  expect(story.slice(-6)).toEqual(['decided', 'planned', 'permitted', 'applied', 'verified', 'closed']);
});

test('the change is signed on the object, and told by a Kubernetes event', async () => {
  const started = await lab('rejected-setting', scriptedDiagnostician);
  const incident = await firstIncident(started);
  const { items } = await started.cluster.client.list<Deployment>('deployments.apps', { namespace: 'shop' });
  const signed = items.filter(({ metadata }) => metadata.annotations?.['alertwright.dev/incident'] === incident.id);
  expect(signed.map(({ metadata }) => metadata.name)).toEqual(['checkout']);
  const events = await started.cluster.client.list('events', {
    namespace: 'shop',
    fieldSelector: 'reason=AlertwrightApplied',
  });
  expect(events.items).toHaveLength(1);
  expect(started.app.store.effects.list(incident.id)).toMatchObject([
    { state: 'done', action: 'apply rollback_workload' },
  ]);
});

test('a change that does not help is taken back exactly, and a person is told', async () => {
  const started = await lab(
    'rejected-setting',
    await decides({ name: 'set_resources', target: checkout, container: 'checkout', memoryLimit: '512Mi' }),
  );
  const seen: RecordedEvent['type'][] = [];
  const incident = await firstIncident(started, event => seen.push(event.type));
  expect(incident).toMatchObject({ state: 'escalated', changed: false, health: 'failing' });
  expect(incident.summary).toContain('was taken back');
  expect(seen).toEqual(expect.arrayContaining(['applied', 'verified', 'undone', 'closed']));

  const untouched = await lab('rejected-setting', await decides({ name: 'no_action', reason: 'for comparison' }));
  await firstIncident(untouched);
  expect(await specOf(started, 'checkout')).toEqual(await specOf(untouched, 'checkout'));
  expect(incident.learned.join('\n')).toContain('not in place');
});

test('what did not help is not tried again, and its alerts stay with the person who has it', async () => {
  const started = await lab(
    'rejected-setting',
    await decides({ name: 'set_resources', target: checkout, container: 'checkout', memoryLimit: '512Mi' }),
  );
  const incident = await firstIncident(started);
  expect(incident.summary).toContain('was taken back');
  await started.clock.sleep(3_000_000);
  expect(started.app.store.incidents.list().map(({ id }) => id)).toEqual([incident.id]);

  const later = alertFor(
    { namespace: 'shop', alertname: 'ShopIsSlow' },
    { fingerprint: 'f9', startsAt: new Date(started.clock.now()).toISOString() },
  );
  const closed = new Promise<RecordedEvent>(resolve => {
    started.app.store.incidents.subscribe(event => event.type === 'denied' && resolve(event));
  });
  await started.app.receive({ alerts: [later], rejected: [] });
  expect(await closed).toMatchObject({ rule: 'attempts', reason: expect.stringContaining(incident.id) });
});

test('a decision that cites what was never seen changes nothing', async () => {
  const started = await lab(
    'rejected-setting',
    await decides({ name: 'rollback_workload', target: checkout }, [{ id: 'e7', says: 'I just know' }]),
  );
  const incident = await firstIncident(started);
  expect(incident.state).toBe('escalated');
  expect(incident.summary).toContain('e7 is no id of an answer; the ids are: e1');
  expect(started.app.store.effects.list(incident.id)).toEqual([]);
});

test('a protected workload is left alone', async () => {
  const started = await lab('rejected-setting', scriptedDiagnostician);
  await started.cluster.client.patch(
    { resource: 'deployments.apps', name: 'checkout', namespace: 'shop' },
    { type: 'merge', body: { metadata: { annotations: { 'alertwright.dev/protected': 'payments team' } } } },
  );
  const incident = await firstIncident(started);
  expect(incident).toMatchObject({ state: 'escalated', changed: false });
  expect(eventsOf(started, incident)).toContainEqual(expect.objectContaining({ type: 'denied', rule: 'protected' }));
});

test('observe mode says what it would have done', async () => {
  const started = await lab('rejected-setting', scriptedDiagnostician, {
    policy: { ...labSettings.policy, mode: 'observe' },
  });
  const incident = await firstIncident(started);
  expect(incident.summary).toContain('it would have: roll Deployment shop/checkout back');
  expect(started.app.store.effects.list(incident.id)).toEqual([]);
});

test('nobody is asked any longer when the alerts resolve by themselves', async () => {
  const started = await lab('bad-image-tag', scriptedDiagnostician, {
    policy: { ...labSettings.policy, mode: 'approve' },
  });
  const { app, clock } = started;
  const incident = await firstIncident(started, event => {
    if (event.type !== 'approval_requested') return;
    const endsAt = new Date(clock.now()).toISOString();
    const alerts = app.store.alerts.page({ limit: 99, incident: event.incident }).items;
    void app.receive({ alerts: alerts.map(({ alert }) => ({ ...alert, status: 'resolved', endsAt })), rejected: [] });
  });
  expect(incident).toMatchObject({ state: 'self_resolved', firing: 0, changed: false });
  expect(incident.summary).toContain('before anybody agreed');
});

test('approve mode waits for a person, and takes only an answer to this very plan', async () => {
  const started = await lab('rejected-setting', scriptedDiagnostician, {
    policy: { ...labSettings.policy, mode: 'approve' },
  });
  const incident = await firstIncident(started, event => {
    if (event.type !== 'approval_requested') return;
    const answer = { approve: true, by: 'ada', reason: '' };
    started.app.answerApproval(event.incident, { ...answer, planHash: 'of another plan' });
    started.app.answerApproval(event.incident, { ...answer, planHash: event.planHash });
  });
  expect(incident.state).toBe('resolved');
  expect(eventsOf(started, incident)).toContainEqual(expect.objectContaining({ type: 'approved', by: 'ada' }));
});

test('nobody answers, or the answer is no: nothing is changed', async () => {
  const policy = { ...labSettings.policy, mode: 'approve' as const };
  const silent = await lab('rejected-setting', scriptedDiagnostician, { policy, approvalTimeoutMs: 60_000 });
  expect(await firstIncident(silent)).toMatchObject({
    state: 'escalated',
    changed: false,
    summary: 'nobody agreed to the plan',
  });

  const refused = await lab('rejected-setting', scriptedDiagnostician, { policy });
  const incident = await firstIncident(refused, event => {
    if (event.type === 'approval_requested')
      refused.app.answerApproval(event.incident, {
        planHash: event.planHash,
        approve: false,
        by: 'ada',
        reason: 'not now',
      });
  });
  expect(incident).toMatchObject({ state: 'escalated', changed: false });
  expect(eventsOf(refused, incident)).toContainEqual(expect.objectContaining({ type: 'rejected', reason: 'not now' }));
});

test('a cluster that goes away in the middle of it is told to a person', async () => {
  const started = await lab('rejected-setting', scriptedDiagnostician);
  let gone: Promise<void> | undefined;
  const incident = await firstIncident(started, event => {
    if (event.type === 'decided') gone = started.cluster.close();
  });
  await gone;
  expect(incident).toMatchObject({ state: 'escalated', changed: false });
  expect(incident.summary).toContain('it could not go on');
  expect(incident.learned.join()).toContain('cause: ');
});

test('a model that is away costs nothing but the help: a person is told', async () => {
  const chat = await startChatServer(() => ({}));
  await chat.close();
  const incident = await firstIncident(await lab('rejected-setting', chat.model));
  expect(incident).toMatchObject({ state: 'escalated', changed: false });
  expect(incident.summary).toContain('the model could not be asked');
});
