import { afterEach, expect, test } from 'vitest';
import { ModelError, type ModelRequest } from '../../src/model/model.ts';
import { createOpenAiModel, type OpenAiOptions } from '../../src/model/openai.ts';
import { type Act, answers, json, type Played, play, usage } from './misbehaving_server.ts';

const key = 'sk-secret-0123456789';
let server: Played | undefined;

afterEach(() => server?.close());

const tool = {
  name: 'get_pod_logs',
  description: 'Reads logs.',
  inputSchema: { type: 'object', properties: { pod: { type: 'string' } } },
};

const question: ModelRequest = {
  messages: [
    { role: 'system', content: 'You look into incidents.' },
    { role: 'user', content: 'The pod web-1 crashes.' },
  ],
  tools: [tool],
};

async function modelThat(...acts: [Act, ...Act[]]) {
  server = await play(...acts);
  return modelAt(server.url);
}

function modelAt(baseUrl: string, options: Partial<OpenAiOptions> = {}) {
  return createOpenAiModel({ name: 'm', baseUrl, apiKey: key, timeoutMs: 2_000, maxRetries: 1, ...options });
}

async function failure(work: Promise<unknown>): Promise<ModelError> {
  const error = await work.then(
    value => expect.fail(`expected a failure, got ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ModelError);
  expect(JSON.stringify([String(error), (error as Error).stack, (error as Error).cause])).not.toContain(key);
  return error as ModelError;
}

test('asks for a tool with parsed arguments and gives the usage', async () => {
  const call = { id: 'a1', type: 'function', function: { name: 'get_pod_logs', arguments: '{"pod":"web-1"}' } };
  const model = await modelThat(answers({ content: null, tool_calls: [call] }));
  expect(await model.complete(question)).toEqual({
    text: '',
    toolCalls: [{ id: 'a1', name: 'get_pod_logs', arguments: { pod: 'web-1' }, raw: '{"pod":"web-1"}' }],
    usage: { promptTokens: 11, completionTokens: 7 },
  });
});

test('sends the conversation, the tools and the schema in the words of the protocol', async () => {
  const model = await modelThat(answers({ content: '{}' }));
  const broken = { id: 'x', name: 'get_pod_logs', arguments: undefined, raw: '{"pod":' };
  await model.complete({
    messages: [
      ...question.messages,
      { role: 'assistant', content: '', toolCalls: [broken] },
      { role: 'tool', callId: 'x', content: '[e1] …' },
    ],
    tools: [tool],
    schema: { name: 'decision', schema: { type: 'object' } },
    maxTokens: 100,
  });
  const [{ headers, body }] = server!.requests as [Played['requests'][number]];
  expect(headers.authorization).toBe(`Bearer ${key}`);
  expect(body).toMatchObject({
    model: 'm',
    max_tokens: 100,
    response_format: { type: 'json_schema', json_schema: { name: 'decision', schema: { type: 'object' } } },
    tools: [{ type: 'function', function: { name: 'get_pod_logs', parameters: tool.inputSchema } }],
  });
  expect(body).not.toHaveProperty('tool_choice');
  expect(body['messages']).toMatchObject([
    { role: 'system' },
    { role: 'user' },
    { role: 'assistant', tool_calls: [{ id: 'x', function: { name: 'get_pod_logs', arguments: '{}' } }] },
    { role: 'tool', tool_call_id: 'x', content: '[e1] …' },
  ]);
});

test('without a key sends no authorization', async () => {
  server = await play(answers({ content: 'ok' }));
  const { apiKey: _, ...keyless } = { name: 'm', apiKey: key, timeoutMs: 2_000, maxRetries: 0 };
  await createOpenAiModel({ ...keyless, baseUrl: server.url }).complete(question);
  expect(server.requests[0]!.headers).not.toHaveProperty('authorization');
});

test('tries again after a 500', async () => {
  const model = await modelThat(
    json(500, { error: { message: 'busy' } }, { 'retry-after-ms': '1' }),
    answers({ content: 'ok' }),
  );
  expect((await model.complete(question)).text).toBe('ok');
  expect(server!.requests).toHaveLength(2);
});

test.each([
  { status: 401, code: 'unauthorized' },
  { status: 403, code: 'unauthorized' },
  { status: 429, code: 'rate_limited' },
  { status: 400, code: 'refused' },
  { status: 404, code: 'refused' },
  { status: 503, code: 'unreachable' },
])('status $status is $code, and the key that the server echoes is hidden', async ({ status, code }) => {
  const model = await modelThat(json(status, { error: { message: `no: ${key}` } }, { 'retry-after-ms': '1' }));
  const error = await failure(model.complete(question));
  expect(error).toMatchObject({ code, message: expect.stringContaining('no: [key]') });
});

test('a server that accepts and hangs is a timeout, after the retries', async () => {
  server = await play(() => {});
  const model = modelAt(server.url, { timeoutMs: 60, maxRetries: 1 });
  expect(await failure(model.complete(question))).toMatchObject({ code: 'timeout' });
  expect(server.requests).toHaveLength(2);
});

test.each([200, 400])('a body that never ends is a timeout too (status %i)', async status => {
  server = await play(response => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.write('{"choices":');
  });
  expect(await failure(modelAt(server.url, { timeoutMs: 60, maxRetries: 0 }).complete(question))).toMatchObject({
    code: 'timeout',
  });
});

test('an endless answer is cut', async () => {
  server = await play(response => {
    const chunk = 'x'.repeat(1024 * 1024);
    const pump = () => {
      while (!response.destroyed && response.write(chunk));
      if (!response.destroyed) response.once('drain', pump);
    };
    pump();
  });
  const error = await failure(modelAt(server.url, { timeoutMs: 10_000, maxRetries: 0 }).complete(question));
  expect(error).toMatchObject({ code: 'malformed', message: expect.stringContaining('at most') });
});

test('nobody at the address is unreachable', async () => {
  const gone = await play(() => {});
  await gone.close();
  const error = await failure(modelAt(gone.url, { maxRetries: 0 }).complete(question));
  expect(error).toMatchObject({ code: 'unreachable', message: expect.stringContaining('ECONNREFUSED') });
});

test('the caller can stop it, and gets its own reason', async () => {
  const stop = new AbortController();
  const reason = new Error('shutting down');
  const model = await modelThat(() => stop.abort(reason));
  await expect(model.complete(question, stop.signal)).rejects.toBe(reason);
});

test.each<[string, Act]>([
  ['a page', response => response.end('<html>hello</html>')],
  ['JSON in name only', response => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"cho')],
  ['an empty body', response => response.end()],
  ['no choices', json(200, { choices: [] })],
  ['something else', json(200, { object: 'list', data: [] })],
  ['an empty message', answers({ content: '' })],
  ['only reasoning', answers({ content: '<think>hm, what was the question' })],
])('%s is malformed', async (_, act) => {
  const model = await modelThat(act);
  expect(await failure(model.complete(question))).toMatchObject({ code: 'malformed' });
});

test('arguments that are not a JSON object are shown raw', async () => {
  const calls = ['{"pod": web', '[1]', ''].map((text, index) => ({
    id: `c${index}`,
    type: 'function',
    function: { name: 'get_pod_logs', arguments: text },
  }));
  const model = await modelThat(answers({ content: null, tool_calls: calls }));
  expect((await model.complete(question)).toolCalls).toMatchObject([
    { arguments: undefined, raw: '{"pod": web' },
    { arguments: undefined, raw: '[1]' },
    { arguments: {}, raw: '' },
  ]);
});

test('calls without ids get different ones, and the same ones again', async () => {
  const call = { type: 'function', function: { name: 'get_pod_logs', arguments: { pod: 'web-1' } } };
  const model = await modelThat(answers({ content: null, tool_calls: [call, call] }));
  const [first, again] = [await model.complete(question), await model.complete(question)];
  expect(new Set(first.toolCalls.map(({ id }) => id)).size).toBe(2);
  expect(again).toEqual(first);
});

test('a call that leaked into the text is a call, when tools were offered', async () => {
  const leaked =
    '<think>logs?</think>Let me look.\n<tool_call>{"name":"get_pod_logs","arguments":{"pod":"a"}}</tool_call>';
  const model = await modelThat(answers({ content: leaked }));
  const turn = await model.complete(question);
  expect(turn).toMatchObject({ text: 'Let me look.', toolCalls: [{ name: 'get_pod_logs', arguments: { pod: 'a' } }] });
  const last = await model.complete({ ...question, tools: [] });
  expect(last).toMatchObject({ text: leaked.replace(/<think>.*<\/think>/, ''), toolCalls: [] });
});

test('an answer as text/plain, in parts and without usage is still an answer', async () => {
  const message = {
    content: [
      { type: 'text', text: 'all ' },
      { type: 'text', text: 'well' },
    ],
  };
  const model = await modelThat(response => response.end(JSON.stringify({ choices: [{ message }] })));
  const turn = await model.complete(question);
  expect(turn.text).toBe('all well');
  expect(turn.usage.promptTokens).toBeGreaterThan(20);
  expect(turn.usage.completionTokens).toBeGreaterThan(0);
});

test('usage of another shape is estimated', async () => {
  const model = await modelThat(answers({ content: 'ok' }, { usage: { prompt_tokens: 'many' } }));
  expect((await model.complete(question)).usage.promptTokens).not.toBe(usage.prompt_tokens);
});

test('a server that refuses a schema is asked again without it', async () => {
  const model = await modelThat(json(400, { error: { message: 'response_format?' } }), answers({ content: '{}' }));
  const turn = await model.complete({ ...question, tools: [], schema: { name: 'decision', schema: {} } });
  expect(turn.text).toBe('{}');
  expect(server!.requests.map(({ body }) => 'response_format' in body)).toEqual([true, false]);
});

test('a prompt that cannot fit the window is refused before it is sent', async () => {
  server = await play(answers({ content: 'ok' }));
  const error = await failure(modelAt(server.url, { contextTokens: 20 }).complete(question));
  expect(error).toMatchObject({ code: 'refused', message: expect.stringContaining('20 tokens') });
  expect(server.requests).toHaveLength(0);
});

test('no message shows a password that stands in the URL', async () => {
  const model = createOpenAiModel({
    name: 'm',
    baseUrl: 'http://ada:hunter2@127.0.0.1:9/v1',
    timeoutMs: 500,
    maxRetries: 0,
  });
  const error = await model.complete(question).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ message: expect.stringContaining('127.0.0.1:9/v1') });
  expect(String(error)).not.toContain('hunter2');
});
