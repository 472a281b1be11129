import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readTextCalls } from '../../src/model/text_tool_calls.ts';

const offered = new Set(['get_pod_logs', 'list_events']);
const call = { name: 'get_pod_logs', arguments: { pod: 'a-1', previous: true } };
const spelled = JSON.stringify(call);

test.each([
  ['hermes', `Let me see.\n<tool_call>\n${spelled}\n</tool_call>`],
  ['hermes, not closed', `<tool_call>${spelled}`],
  ['hermes, a brace short', `<tool_call>${spelled.slice(0, -1)}</tool_call>`],
  ['tools tag', `<tools>${spelled}</tools>`],
  ['bare', spelled],
  ['bare after prose', `I will read the log.\n\n${JSON.stringify(call, null, 2)}\n`],
  ['bare, a brace short', spelled.slice(0, -1)],
  ['bare list', `[${spelled}]`],
  ['parameters for arguments', `{"name":"get_pod_logs","parameters":${JSON.stringify(call.arguments)}}`],
  ['arguments as text', JSON.stringify({ name: call.name, arguments: JSON.stringify(call.arguments) })],
  ['as the API spells it', JSON.stringify({ type: 'function', function: call })],
  ['wrapped', JSON.stringify({ tool_calls: [{ id: '1', type: 'function', function: call }] })],
  ['llama', `<|python_tag|>${spelled}<|eom_id|>`],
  ['function tag', `<function=get_pod_logs>${JSON.stringify(call.arguments)}</function>`],
  [
    'function tag with parameters',
    '<function=get_pod_logs>\n<parameter=pod>\na-1\n</parameter>\n<parameter=previous>true</parameter>\n</function>',
  ],
  ['mistral', `[TOOL_CALLS][${spelled}]`],
  ['mistral, newer', `[TOOL_CALLS]get_pod_logs${JSON.stringify(call.arguments)}`],
  ['mistral, newest', `[TOOL_CALLS]get_pod_logs[ARGS]${JSON.stringify(call.arguments)}`],
  ['granite', `<|tool_call|>[${spelled}]`],
  ['fenced json', `I'll look:\n\`\`\`json\n${spelled}\n\`\`\``],
  ['fenced', `\`\`\`\n${spelled}\n\`\`\``],
])('reads a call: %s', (_, text) => {
  expect(readTextCalls(text, offered).calls).toEqual([call]);
});

test('reads several calls and leaves the prose', () => {
  const other = { name: 'list_events', arguments: {} };
  const tagged = `First\n<tool_call>${spelled}</tool_call>\n<tool_call>${JSON.stringify(other)}</tool_call> then`;
  expect(readTextCalls(tagged, offered)).toEqual({ calls: [call, other], text: 'First\n\n then' });
  expect(readTextCalls(`${spelled}\n${JSON.stringify(other)}`, offered).calls).toEqual([call, other]);
  expect(readTextCalls(`${spelled}; ${JSON.stringify(other)}`, offered).calls).toEqual([call, other]);
});

test.each([
  ['a tool that was not offered', '<tool_call>{"name":"delete_pod","arguments":{}}</tool_call>'],
  ['an example inside prose', `You could send ${spelled} to read the log, but there is no need.`],
  ['an example on its own line, with prose after it', `For example:\n${spelled}\nis how it is spelled.`],
  ['a tool named in prose', 'I would call get_pod_logs(pod="a-1") next, or <function=get_pod_logs> perhaps.'],
  ['an object that has a name', '{"name":"get_pod_logs","kind":"Deployment","arguments":{}}'],
  ['a name alone', '{"name":"get_pod_logs"}'],
  ['a decision that names a tool', JSON.stringify({ rootCause: {}, action: call }, null, 2)],
  ['a marker with prose after it', 'The [TOOL_CALLS] token and <tools> are how some models call get_pod_logs.'],
  ['mismatched brackets', '<tool_call>{"name":"get_pod_logs","arguments":{]}}</tool_call>'],
])('is not a call: %s', (_, text) => {
  expect(readTextCalls(text, offered)).toEqual({ calls: [], text });
});

test('never invents a call: one that is read was spelled in the text, with a name that was offered', () => {
  const pieces = fc.constantFrom(
    ...[
      '<tool_call>',
      '</tool_call>',
      '[TOOL_CALLS]',
      '<|tool_call|>',
      '<tools>',
      '<function=',
      '</function>',
      '```json\n',
      '```',
    ],
    ...[
      '{',
      '}',
      '[',
      ']',
      '"',
      ':',
      ',',
      '\n',
      '\\',
      'get_pod_logs',
      'name',
      'arguments',
      '"name":',
      '"arguments":{}',
      'delete_pod',
    ],
    ...[spelled, ' and then ', '{"name":"delete_pod","arguments":{}}'],
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string({ maxLength: 8 })), { maxLength: 40 }), parts => {
      const text = parts.join('');
      const reading = readTextCalls(text, offered);
      for (const { name, arguments: args } of reading.calls) {
        expect(offered.has(name) && text.includes(name)).toBe(true);
        for (const key of Object.keys(args)) expect(text).toContain(key);
      }
      if (!text.includes('get_pod_logs') && !text.includes('list_events')) expect(reading).toEqual({ calls: [], text });
    }),
    { numRuns: 2_000 },
  );
});

test('prose without JSON is never a call, whatever tools it names', () => {
  const words = fc.constantFrom(
    'get_pod_logs',
    'list_events',
    'the',
    'call',
    '<tool_call>',
    '[TOOL_CALLS]',
    '(pod="a")',
    '\n',
    '```',
  );
  fc.assert(
    fc.property(fc.array(words, { maxLength: 60 }), parts => {
      expect(readTextCalls(parts.join(' '), offered).calls).toEqual([]);
    }),
  );
});

test('hostile text costs bounded time', () => {
  const hostile = [
    '{',
    '[',
    '{"a":',
    '<tool_call>{',
    '```json\n{',
    '[TOOL_CALLS][{"name":',
    '\n{',
    '\n[{',
    '<function=',
    '"',
    '\\',
    ' ',
    '\n',
  ];
  for (const piece of hostile) {
    const text = piece.repeat(Math.floor(64_000 / piece.length));
    const started = performance.now();
    expect(readTextCalls(text, offered).calls).toEqual([]);
    expect(readTextCalls(`${text}${text}`, offered).calls).toEqual([]);
    expect(performance.now() - started, JSON.stringify(piece)).toBeLessThan(500);
  }
});
