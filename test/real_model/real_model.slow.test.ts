import { afterEach, beforeAll, expect, test } from 'vitest';
import type { RecordedEvent } from '../../src/incidents/event.ts';
import { type Incident, isFinal } from '../../src/incidents/incident.ts';
import { decisionSchema, parseDecision } from '../../src/investigation/decision_text.ts';
import { type Lab, startLab } from '../../src/lab.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { ModelRequest } from '../../src/model/model.ts';
import { createOpenAiModel, type OpenAiOptions } from '../../src/model/openai.ts';
import { labSettings } from '../../src/settings.ts';
import { loadScenario } from '../../src/simulation/scenario/load.ts';
import { contextTokens, installedVersions, startModelServer } from './server.ts';

/**
 * A real server with a real language model, so small that it answers nonsense. Nothing here may depend on what it says:
 * whatever that is, the adapter reads it, a person is told, and the cluster is as safe as if nobody had been asked.
 */

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

beforeAll(() => process.stdout.write(`real model: ${installedVersions()}\n`));

async function serve(window = contextTokens): Promise<OpenAiOptions> {
  const server = await startModelServer({ contextTokens: window });
  open.push(server);
  return { name: 'smollm2-135m', baseUrl: server.url, timeoutMs: 300_000, maxRetries: 0, temperature: 0 };
}

const asks = (content: string): ModelRequest => ({ messages: [{ role: 'user', content }], tools: [], maxTokens: 100 });

const weatherOf: ModelRequest['tools'][number] = {
  name: 'get_weather',
  description: 'The weather of a city.',
  inputSchema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

/** Lets the fault happen, and waits until the first incident is closed. */
async function firstIncident(
  scenario: string,
  options: OpenAiOptions,
): Promise<{ lab: Lab; incident: Incident; events: RecordedEvent[] }> {
  // After one turn it is asked for the shape of a decision, and the server holds it to that.
  const settings = { ...labSettings, budget: { ...labSettings.budget, turns: 1 } };
  const model = { kind: 'openai' as const, ...options };
  const lab = await startLab({ scenario: loadScenario(scenario), model, log: silentLog, settings });
  open.push(lab);
  const closed = new Promise<string>(resolve => {
    lab.app.store.incidents.subscribe(event => event.type === 'closed' && resolve(event.incident));
  });
  lab.cluster.alertTo(lab.webhookUrl);
  await lab.cluster.injectFault();
  const id = await closed;
  const incident = lab.app.store.incidents.get(id);
  if (!incident) throw new Error(`expected incident ${id} in the log, got none`);
  return { lab, incident, events: lab.app.store.incidents.events(id, { limit: 1000 }) };
}

test('text, with the tokens as the server counts them', async () => {
  const model = createOpenAiModel(await serve());
  const turn = await model.complete(asks('Say hello in one sentence.'));
  expect(turn.text).toMatch(/\w/);
  expect(turn.toolCalls).toEqual([]);
  expect(turn.usage.promptTokens).toBeGreaterThan(5);
  expect(turn.usage.completionTokens).toBeGreaterThan(0);
  expect(turn.usage.completionTokens).toBeLessThanOrEqual(100);
});

test('tools are taken; an answer is text, or calls of those tools', async () => {
  const model = createOpenAiModel(await serve());
  const turn = await model.complete({ ...asks('What is the weather in Paris?'), tools: [weatherOf] });
  expect(turn.text + JSON.stringify(turn.toolCalls)).toMatch(/\w/);
  for (const call of turn.toolCalls) expect(call.name).toBe('get_weather');
});

test('a conversation with a tool call in it is understood', async () => {
  const model = createOpenAiModel(await serve());
  const call = { id: 'abcdefghi', name: 'get_weather', arguments: { city: 'Paris' }, raw: '{"city":"Paris"}' };
  const turn = await model.complete({
    messages: [
      { role: 'system', content: 'You answer from what tools say.' },
      { role: 'user', content: 'What is the weather in Paris?' },
      { role: 'assistant', content: '', toolCalls: [call] },
      { role: 'tool', callId: call.id, content: '[e1] It rains.' },
    ],
    tools: [weatherOf],
    maxTokens: 100,
  });
  expect(turn.usage.promptTokens).toBeGreaterThan(20);
});

test('held to the schema it writes a decision that can be read, if not believed', async () => {
  const options = await serve();
  const schema = { name: 'decision', schema: decisionSchema };
  const problems: string[] = [];
  for (const temperature of [0, 0.4, 0.8]) {
    const model = createOpenAiModel({ ...options, temperature });
    const { text } = await model.complete({ ...asks('Deployment shop/checkout crashes.'), schema, maxTokens: 1500 });
    const parsed = parseDecision(text, new Set());
    // It has seen nothing, so what it cites is made up; the form is what counts here.
    if (parsed.ok || parsed.problem.startsWith('evidence:')) return;
    problems.push(`${parsed.problem}: ${text.slice(-200)}`);
  }
  expect.fail(`expected a decision in three attempts, got:\n${problems.join('\n')}`);
});

test('whatever it says, a person is told and nothing is harmed', async () => {
  const { lab, incident, events } = await firstIncident('rejected-setting', { ...(await serve()), contextTokens });
  const of = <T extends RecordedEvent['type']>(type: T) =>
    events.filter((event): event is Extract<RecordedEvent, { type: T }> => event.type === type);

  expect(isFinal(incident.state)).toBe(true);
  expect(incident.usage).toMatchObject({ turns: of('model_answered').length });
  expect([...of('decision_rejected'), ...of('plan_refused'), ...of('denied')]).not.toEqual([]);

  // A write needs a permit, a permit needs evidence that was seen, and what is taken back is a write too.
  const cited = incident.decision!.evidence.map(({ id }) => id);
  const grounded = cited.length > 0 && cited.every(id => incident.evidence.includes(id));
  const permits = of('permitted').length;
  expect(permits).toBeLessThanOrEqual(grounded ? 1 : 0);
  expect(lab.app.store.effects.list(incident.id).length).toBeLessThanOrEqual(2 * permits);
  const written = await lab.cluster.client.list('events', { fieldSelector: 'reason=AlertwrightApplied' });
  expect(written.items.length).toBeLessThanOrEqual(permits);
  expect(incident.summary).toMatch(/\w/);
  expect((await lab.cluster.judge({ state: incident.state })).harmful).toBe(false);
});

test.each([
  ['the server refuses', {}],
  ['it is refused before it is sent', { contextTokens: 2048 }],
])('a conversation that outgrows the window ends with a person: %s', async (_, known) => {
  const { incident, events } = await firstIncident('rejected-setting', { ...(await serve(2048)), ...known });
  expect(incident).toMatchObject({ state: 'escalated', changed: false });
  expect(incident.summary).toMatch(/^the model could not be asked: .*\b2048 tokens/);
  expect(events.map(({ type }) => type)).not.toContain('permitted');
});
