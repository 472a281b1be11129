import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDecision } from '../../src/investigation/decision_text.ts';
import { decisionFor } from '../support/incidents.ts';

const decision = decisionFor({ name: 'escalate', reason: 'the {provider} is "away"' });
const json = JSON.stringify(decision, null, 2);

test.each([
  ['alone', json],
  ['in a fence', `\`\`\`json\n${json}\n\`\`\``],
  ['in prose', `So I decide:\n${json}\nThat is all.`],
  ['before prose with braces in it', `${json}\nI looked at {pod} and {"app": "cart"}.`],
])('a decision is read: %s', (_, text) => {
  expect(parseDecision(text, new Set(['e1']))).toEqual({ ok: true, decision });
});

test.each([
  ['no object', 'The container is restarted.', 'found none'],
  ['not JSON', "{'rootCause': 1}", 'not valid JSON'],
  ['two decisions', `${json}\nOr else:\n${json}`, 'several'],
  ['another shape', '{"type": "object"}', 'rootCause'],
])('the problem is named: %s', (_, text, problem) => {
  expect(parseDecision(text, new Set(['e1']))).toMatchObject({ ok: false, problem: expect.stringContaining(problem) });
});

// Small models repeat themselves until the server cuts them off.
test('an answer that was cut off is told so, wherever that was', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: json.length - 1 }), length => {
      const parsed = parseDecision(json.slice(0, length), new Set(['e1']));
      expect(parsed).toMatchObject({ ok: false, problem: expect.stringContaining('has no end') });
    }),
  );
});
