import { afterAll, beforeAll, expect, test } from 'vitest';
import { ModelError } from '../../../src/model/model.ts';
import { createOpenAiModel } from '../../../src/model/openai.ts';
import { type ScriptedModel, startScriptedModel } from '../../../src/model/scripted/server.ts';
import { drive, incident } from './drive.ts';

let server: ScriptedModel;

beforeAll(async () => {
  server = await startScriptedModel();
});

afterAll(() => server.close());

const modelNamed = (name: string) => createOpenAiModel({ name, baseUrl: server.url, timeoutMs: 5_000, maxRetries: 0 });

const post = (body: string, path = '/chat/completions') => fetch(server.url + path, { method: 'POST', body });

test('lists its models, and says that they are no language models', async () => {
  const response = await fetch(`${server.url}/models`);
  const { data } = (await response.json()) as { data: { id: string; owned_by: string }[] };
  expect(data.map(({ id }) => id)).toEqual(['scripted-diagnostician', 'null', 'always-restart']);
  expect(data.every(({ owned_by }) => owned_by.includes('not an LLM'))).toBe(true);
});

test('answers under the name of the policy, with usage', async () => {
  const messages = [{ role: 'user', content: incident }];
  const response = await post(JSON.stringify({ model: 'scripted-diagnostician', messages }));
  const body = await response.json();
  expect(body).toMatchObject({ model: 'scripted-diagnostician', object: 'chat.completion' });
  expect(body).toMatchObject({ usage: { prompt_tokens: expect.any(Number), completion_tokens: expect.any(Number) } });
});

test('the control that does nothing looks at nothing and hands over', async () => {
  const { decision, asked, turns } = await drive(modelNamed('null'), () => '');
  expect({ action: decision.action.name, asked, turns }).toEqual({ action: 'escalate', asked: [], turns: 1 });
});

test('the control that always restarts reads once, then restarts what alerts', async () => {
  const { decision, asked } = await drive(modelNamed('always-restart'), () => 'all is well');
  expect(asked).toEqual(['get_pod_status']);
  expect(decision.action).toEqual({
    name: 'restart_workload',
    target: { kind: 'Deployment', namespace: 'shop', name: 'cart' },
  });
  expect(decision.evidence).toEqual([{ id: 'e1', says: expect.any(String) }]);
});

test('the same request gets the same answer', async () => {
  const request = { messages: [{ role: 'user' as const, content: incident }], tools: [] };
  const model = modelNamed('scripted-diagnostician');
  expect(await model.complete(request)).toEqual(await model.complete(request));
});

test('refuses what it does not know, in the words of the protocol', async () => {
  const unknown = modelNamed('gpt-9').complete({ messages: [{ role: 'user', content: 'hi' }], tools: [] });
  await expect(unknown).rejects.toThrow(ModelError);
  await expect(unknown).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining('always-restart') });
  expect((await post('{"model":')).status).toBe(400);
  expect((await post('{}')).status).toBe(400);
  expect((await post('{}', '/embeddings')).status).toBe(404);
  expect((await post('x'.repeat(5 * 1024 * 1024))).status).toBe(413);
});

test('names from the prototype of an object are not models', async () => {
  const response = await post(JSON.stringify({ model: 'constructor', messages: [{ role: 'user', content: 'hi' }] }));
  expect(response.status).toBe(404);
});
