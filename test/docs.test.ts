import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { configurationPage, readConfigurationPage } from '../docs/configuration_page.ts';
import { Config } from '../src/config/schema.ts';
import { packageRoot } from '../src/lib/package_root.ts';
import { tools } from '../src/tools/kubernetes/tools.ts';

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  'docs/scenarios.md',
  'docs/cluster.md',
  'docs/intake.md',
  'docs/api.md',
  'docs/tools.md',
];
const text = Object.fromEntries(pages.map(page => [page, readFileSync(join(packageRoot, page), 'utf8')]));

function blocks(page: string, language: string): string[] {
  return [...text[page]!.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, body]) => body!);
}

test('the page of the configuration is what the schema says (npm run record makes it)', () => {
  expect(readConfigurationPage()).toBe(configurationPage());
});

test('the configuration in the README is valid', () => {
  const [ours, alertmanagers] = blocks('README.md', 'yaml').map(block => parse(block));
  expect(() => Config.parse(ours)).not.toThrow();
  expect(alertmanagers.receivers[0].webhook_configs[0].url).toMatch(/\/api\/v2\/webhook\/alertmanager$/);
});

test('so are those in the page about intake', () => {
  const configs = blocks('docs/intake.md', 'yaml').map(block => Config.safeParse(parse(block)).data);
  expect(configs.map(config => config?.auth.webhook.tokenFile)).toContain('/etc/alertwright/webhook-token');
  expect(configs.map(config => config?.alertmanager.receiver)).toContain('alertwright');
});

test('so are those in the page about tools, which names every tool', () => {
  const configs = blocks('docs/tools.md', 'yaml').map(block => Config.parse(parse(block)));
  expect(configs[0]?.tools.servers.map(({ name }) => name)).toEqual(['k8s', 'cloud']);
  expect(configs[1]?.redaction.patterns).toHaveLength(2);
  const named = [...text['docs/tools.md']!.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  expect(tools.map(({ name }) => name).filter(name => !named.includes(name))).toEqual([]);
});

test.each(pages)('every npm script that %s names is there', page => {
  const { scripts } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const named = [...text[page]!.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name!);
  expect(named.filter(name => !scripts[name])).toEqual([]);
});

test.each(pages)('every file that %s links to is there', page => {
  const linked = [...text[page]!.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path]) => path!);
  expect(linked.filter(path => !existsSync(join(packageRoot, dirname(page), path)))).toEqual([]);
});

test.each(pages)('every source file that %s names is there', page => {
  const named = [...text[page]!.matchAll(/`((?:src|test|eval|docs|prompts)\/[\w./-]+)`/g)].map(([, path]) => path!);
  expect(named.filter(path => !existsSync(join(packageRoot, path)))).toEqual([]);
});
