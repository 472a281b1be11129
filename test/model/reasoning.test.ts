import { expect, test } from 'vitest';
import { stripReasoning } from '../../src/model/reasoning.ts';

test.each([
  ['nothing to strip', 'It is the image.', 'It is the image.'],
  ['a block', '<think>hm\nhm</think>\nIt is the image.', 'It is the image.'],
  ['two blocks', '<think>a</think>It is <think>b</think>the image.', 'It is the image.'],
  ['another tag', '<reasoning>a</reasoning>It is the image.', 'It is the image.'],
  ['never closed', 'It is the image.<think>or is it', 'It is the image.'],
  ['never opened', 'hm, hm</think>It is the image.', 'It is the image.'],
  ['only reasoning', '<think>hm', ''],
])('%s', (_, text, expected) => {
  expect(stripReasoning(text)).toBe(expected);
});

test('a long run of tags takes linear time', () => {
  const started = performance.now();
  stripReasoning('<think>'.repeat(100_000));
  stripReasoning('<think></think>'.repeat(100_000));
  stripReasoning('</think>'.repeat(100_000));
  expect(performance.now() - started).toBeLessThan(1_000);
});
