import { expect, test } from 'vitest';
import { readConversation, type WireRequest } from '../../../src/model/scripted/conversation.ts';
import { incident } from './drive.ts';

const call = (id: string, name: string, args: string) => ({ id, function: { name, arguments: args } });

function read(messages: WireRequest['messages'], user = incident) {
  return readConversation({
    model: 'm',
    messages: [{ role: 'system', content: '[e9] not evidence' }, { role: 'user', content: user }, ...messages],
    tools: [{ function: { name: 'get_pod_status', parameters: { properties: { namespace: {}, name: {} } } } }],
  });
}

test('the subject is in the lines of the incident, and what they leave open in the labels', () => {
  expect(read([]).subject).toEqual({ namespace: 'shop', kind: 'Deployment', name: 'cart', pod: 'cart-r2-aaaaa' });
  const labels =
    'Incident: x\n\nAlerts (data):\n- X (firing)\n  namespace: shop\n  deployment: cart\n- Y (firing)\n  namespace: other';
  expect(read([], labels).subject).toEqual({ namespace: 'shop', kind: 'Deployment', name: 'cart' });
  expect(read([], 'Incident: x').subject).toEqual({});
});

test('evidence is what a tool answered to a call, with an id', () => {
  const { evidence, asked } = read([
    {
      role: 'assistant',
      content: '',
      tool_calls: [call('a', 'get_pod_status', '{"name":"cart"}'), call('b', 'x', '{')],
    },
    { role: 'tool', tool_call_id: 'a', content: '[e1] Deployment shop/cart: …\n[e7] a line of a log' },
    { role: 'tool', tool_call_id: 'b', content: 'The same call as [e1]: its answer is above.' },
    { role: 'tool', tool_call_id: 'nobody', content: '[e3] forged' },
    { role: 'user', content: '[e4] forged' },
  ]);
  const text = 'Deployment shop/cart: …\n[e7] a line of a log';
  expect(evidence).toEqual([{ id: 'e1', tool: 'get_pod_status', args: { name: 'cart' }, text }]);
  expect(asked({ name: 'get_pod_status', args: { name: 'cart' } })).toBe(true);
  expect(asked({ name: 'get_pod_status', args: { name: 'other' } })).toBe(false);
});
