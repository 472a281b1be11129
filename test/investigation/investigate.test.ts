import { expect, test } from 'vitest';
import type { IncidentEvent } from '../../src/incidents/event.ts';
import type { Incident } from '../../src/incidents/incident.ts';
import { investigate } from '../../src/investigation/investigate.ts';
import { loadPrompts } from '../../src/investigation/prompts.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createSlots, type Slots } from '../../src/lib/slots.ts';
import { type Model, ModelError, type ModelRequest, type ModelTurn, type ToolCall } from '../../src/model/model.ts';
import type { ToolRegistry } from '../../src/tools/registry.ts';
import { alertFor, decisionFor, incidentWith } from '../support/incidents.ts';
import { plainRun } from '../support/run.ts';

const decision = { ...decisionFor({ name: 'escalate', reason: 'the provider is away' }), evidence: [] };
const grounded = decisionFor({ name: 'escalate', reason: 'the provider is away' });
const answer = (text: string): ModelTurn => ({
  text,
  toolCalls: [],
  usage: { promptTokens: 100, completionTokens: 10 },
});
const asks = (...calls: [name: string, args: Record<string, unknown>][]): ModelTurn => ({
  ...answer(''),
  toolCalls: calls.map(
    ([name, args], index): ToolCall => ({ id: `c${index}`, name, arguments: args, raw: JSON.stringify(args) }),
  ),
});

/** A model that says what it is told to say, turn by turn, and then fails the test. */
function sayings(...turns: (ModelTurn | ModelError)[]): Model & { requests: ModelRequest[] } {
  const requests: ModelRequest[] = [];
  return {
    name: 'told-what-to-say',
    requests,
    async complete(request, signal) {
      signal?.throwIfAborted();
      requests.push(structuredClone(request));
      const turn = turns[requests.length - 1];
      if (!turn) throw new Error('asked more often than expected');
      if (turn instanceof ModelError) throw turn;
      return turn;
    },
  };
}

function toolbox(): ToolRegistry & { calls: string[] } {
  const calls: string[] = [];
  return {
    calls,
    offered: () => [{ name: 'look', description: 'looks', inputSchema: { type: 'object' } }],
    async call(name, args) {
      calls.push(`${name} ${JSON.stringify(args)}`);
      return { text: `seen ${args['at']}`, isError: args['at'] === 'nowhere', ms: 1, ageMs: 0, cached: false };
    },
    close: async () => {},
  };
}

const budget = { turns: 6, calls: 10, tokens: 100_000, seconds: 600, answerTokens: 2000 };

async function investigated(
  model: Model,
  more: {
    slots?: Slots;
    tools?: ToolRegistry;
    budget?: typeof budget;
    incident?: Incident;
    /** As it is at each look; otherwise nothing happens to it meanwhile. */
    becomes?: Incident[];
  } = {},
) {
  const events: IncidentEvent[] = [];
  const incident = more.incident ?? incidentWith();
  const becomes = [...(more.becomes ?? [])];
  const current = () => becomes.shift() ?? incident;
  const found = await investigate(
    { incident, run: plainRun(), record: event => events.push(event), current },
    {
      model,
      slots: more.slots ?? createSlots(1),
      tools: more.tools ?? toolbox(),
      prompts: loadPrompts(),
      budget: more.budget ?? budget,
      clock: systemClock,
    },
  );
  return { found, events };
}

const typesOf = (events: IncidentEvent[]) => events.map(({ type }) => type);

test('looks, then decides; every answer has an id that can be cited', async () => {
  const model = sayings(asks(['look', { at: 'pods' }], ['look', { at: 'nodes' }]), answer(JSON.stringify(decision)));
  const { found, events } = await investigated(model);
  expect(found).toEqual(decision);
  expect(typesOf(events)).toEqual([
    'investigation_started',
    'model_answered',
    'tool_answered',
    'tool_answered',
    'model_answered',
    'decided',
  ]);
  expect(model.requests[1]?.messages.slice(-2)).toEqual([
    { role: 'tool', callId: 'c0', content: '[e1] seen pods' },
    { role: 'tool', callId: 'c1', content: '[e2] seen nodes' },
  ]);
});

test('alerts that join meanwhile are told once, before the next question', async () => {
  const later = alertFor({ namespace: 'shop', pod: 'cart-2' }, { fingerprint: 'f2' });
  const joined = incidentWith({ alerts: [later], alertCount: 4, firing: 3 });
  const model = sayings(
    asks(['look', { at: 'pods' }]),
    asks(['look', { at: 'nodes' }]),
    answer(JSON.stringify(decision)),
  );
  const { found } = await investigated(model, { becomes: [incidentWith(), joined, joined] });
  expect(found).toEqual(decision);
  const said = model.requests.map(({ messages }) => messages.filter(({ role }) => role === 'user').slice(1));
  expect(said.map(news => news.length)).toEqual([0, 1, 1]);
  expect(said[1]?.[0]?.content).toMatch(
    /3 more alerts joined.*3 of 4 are firing[\s\S]*pod: cart-2[\s\S]*2 more alerts/,
  );
});

test('what the alerts say reaches the model bounded, on lines of its own', async () => {
  const model = sayings(answer(JSON.stringify(decision)));
  const long = alertFor({ namespace: 'shop', pod: 'cart-1', note: `one\n# two ${'x'.repeat(5000)}` });
  await investigated(model, {
    incident: incidentWith({ alerts: Array.from({ length: 14 }, () => long), alertCount: 14 }),
  });
  const said = model.requests[0]?.messages[1]?.content ?? '';
  expect(said).toContain('namespace: shop\nworkload: Deployment/cart');
  expect(said).toContain('note: one # two xxx');
  expect(said).toContain('… and 4 more alerts');
  expect(said.length).toBeLessThan(6000);
});

test('the same call is not made twice', async () => {
  const tools = toolbox();
  const model = sayings(
    asks(['look', { at: 'pods' }]),
    asks(['look', { at: 'pods' }]),
    answer(JSON.stringify(decision)),
  );
  await investigated(model, { tools });
  expect(tools.calls).toEqual(['look {"at":"pods"}']);
  expect(model.requests[2]?.messages.at(-1)?.content).toContain('The same call as [e1]');
});

test('a decision that can not be read is asked for once more, then a person is told', async () => {
  const repaired = await investigated(
    sayings(answer('I think it is the image.'), answer(`Sure:\n${JSON.stringify(decision)}`)),
  );
  expect(repaired.found).toEqual(decision);
  expect(typesOf(repaired.events)).toContain('decision_rejected');

  const { found } = await investigated(sayings(answer('{"action": "fix it"}'), answer('no')));
  expect(found.action).toMatchObject({
    name: 'escalate',
    reason: expect.stringContaining('no decision that can be read'),
  });
});

test.each([
  ['turns', { ...budget, turns: 2 }, 'All 2 turns are spent.'],
  ['calls', { ...budget, calls: 2 }, 'All 2 tool calls are spent.'],
  ['tokens', { ...budget, tokens: 200 }, 'All 200 tokens are spent.'],
])('when the %s are spent, tools are withdrawn and the decision is asked for', async (_part, spent, says) => {
  const model = sayings(asks(['look', { at: 'a' }]), asks(['look', { at: 'b' }]), answer(JSON.stringify(decision)));
  const { found } = await investigated(model, { budget: spent });
  expect(found).toEqual(decision);
  expect(model.requests[2]).toMatchObject({ tools: [], schema: { name: 'decision' } });
  expect(model.requests[2]?.messages.at(-1)?.content).toContain(says);
});

test('a turn can not ask for more than is left', async () => {
  const tools = toolbox();
  const many = Array.from({ length: 30 }, (_, at): [string, Record<string, unknown>] => ['look', { at }]);
  await investigated(sayings(asks(...many), answer(JSON.stringify(decision))), { tools });
  expect(tools.calls).toHaveLength(budget.calls);
});

test('a decision can cite what was seen, and nothing else', async () => {
  const look = asks(['look', { at: 'pods' }]);
  expect((await investigated(sayings(look, answer(JSON.stringify(grounded))))).found).toEqual(grounded);

  const guess = answer(JSON.stringify(grounded));
  const { found, events } = await investigated(sayings(guess, guess));
  expect(found).toMatchObject({ evidence: [], action: { name: 'escalate' } });
  expect(events).toContainEqual({
    type: 'decision_rejected',
    problem: 'evidence: e1 is no id of an answer; the ids are: none',
  });
});

test('an answer that failed is no evidence', async () => {
  const { events } = await investigated(sayings(asks(['look', { at: 'nowhere' }]), answer(JSON.stringify(decision))));
  expect(events.find(({ type }) => type === 'tool_answered')).toMatchObject({ evidence: 'e1', failed: true });
  const citing = sayings(asks(['look', { at: 'nowhere' }]), answer(JSON.stringify(grounded)), answer('no'));
  expect((await investigated(citing)).found.evidence).toEqual([]);
});

test('without a model the incident goes to a person', async () => {
  const { found } = await investigated(sayings(new ModelError('unreachable', 'nobody answers at the endpoint')));
  expect(found).toMatchObject({
    evidence: [],
    action: { name: 'escalate', reason: expect.stringContaining('nobody answers') },
  });
});

test('a wait for a place at the model costs nothing of the time of an investigation', async () => {
  const slots = createSlots(1);
  const busy = Promise.withResolvers<void>();
  const held = slots.use(() => busy.promise, new AbortController().signal);
  const model = sayings(answer(JSON.stringify(decision)));
  const waiting = investigated(model, { slots, budget: { ...budget, seconds: 0.01 } });
  await systemClock.sleep(30);
  expect(model.requests).toEqual([]);
  busy.resolve();
  await held;
  expect((await waiting).found).toEqual(decision);
});

test('arguments of any length are not passed on, and not kept', async () => {
  const endless = { at: 'x'.repeat(300_000) };
  const tools = toolbox();
  const { found, events } = await investigated(sayings(asks(['look', endless]), answer(JSON.stringify(decision))), {
    tools,
  });
  expect(found).toEqual(decision);
  expect(tools.calls).toEqual([]);
  expect(events).toContainEqual(expect.objectContaining({ type: 'tool_answered', failed: true, args: {} }));
  for (const event of events) expect(JSON.stringify(event).length).toBeLessThan(10_000);
});
