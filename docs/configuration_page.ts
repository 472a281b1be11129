import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configFileVariable, configKeys } from '../src/config/environment.ts';
import { packageRoot } from '../src/lib/package_root.ts';

const file = join(packageRoot, 'docs', 'configuration.md');

/** The page as the schema has it now. */
export function configurationPage(): string {
  const rows = configKeys.map(({ path, name, takes, description, default: fallback }) => {
    const text = fallback === undefined ? '' : [fallback].flat().join(',');
    const value = text === '' ? '' : `\`${text}\``;
    const variable = name === undefined ? '' : `\`${name}\``;
    return `| \`${path.join('.')}\` | ${description} | ${takes} | ${value} | ${variable} |`;
  });
  return `# Configuration

A YAML file (\`--config FILE\`, or the one that \`${configFileVariable}\` names) and the environment, which wins over it. An unknown key or variable is an error that names the nearest known one.

\`alertwright config check FILE\` tells whether \`serve\` could start with it; \`alertwright config schema\` prints the JSON Schema, for an editor. This page is made from the same schema by \`npm run record\`.

| key | what it is | takes | default | variable |
|---|---|---|---|---|
${rows.join('\n')}
`;
}

export function readConfigurationPage(): string {
  return readFileSync(file, 'utf8');
}

if (import.meta.main) writeFileSync(file, configurationPage());
