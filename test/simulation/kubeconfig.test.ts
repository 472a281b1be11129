import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { isEmbeddedKubeconfig, kubeconfigFor } from '../../src/simulation/kubeconfig.ts';

const ours = kubeconfigFor('http://127.0.0.1:6443', 'shop');

/** Ours, with something of somebody else's in it. */
function alsoWith(change: (config: Record<string, object[]>) => void): string {
  const config = parse(ours);
  change(config);
  return stringify(config);
}

test('what we write is ours, also in another order of keys', () => {
  expect(isEmbeddedKubeconfig(ours)).toBe(true);
  const reversed = Object.fromEntries(Object.entries(parse(ours)).reverse());
  expect(isEmbeddedKubeconfig(JSON.stringify(reversed))).toBe(true);
});

test('what we write for a secured cluster is ours as well', () => {
  const secured = { key: 'k', certificate: 'c', token: 't' };
  const text = kubeconfigFor('https://127.0.0.1:6443', 'shop', secured);
  expect(isEmbeddedKubeconfig(text)).toBe(true);
  expect(parse(text)).toMatchObject({ users: [{ user: { token: 't' } }] });
});

test.each<[string, string]>([
  ['a second cluster', alsoWith(({ clusters }) => clusters?.push({ name: 'prod', cluster: { server: 'https://a' } }))],
  ['a second user', alsoWith(({ users }) => users?.push({ name: 'prod', user: { token: 't' } }))],
  ['a token', alsoWith(({ users }) => Object.assign(users?.[0] ?? {}, { user: { token: 't' } }))],
  ['another name', ours.replaceAll('embedded', 'prod')],
  ['broken YAML', `${ours}\n  - [`],
  ['plain text', 'hello'],
  ['nothing', ''],
])('a file with %s is not ours to replace', (_what, text) => {
  expect(isEmbeddedKubeconfig(text)).toBe(false);
});
