import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parseDockerfile } from './dockerfile.ts';

const repository = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(repository, path), 'utf8');

test('the image has the Node that a checkout has', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, { version?: string }> };
  const bases = parseDockerfile(read('Dockerfile')).filter(({ name, text }) => name === 'FROM' && text.includes(':'));
  expect(bases.map(({ text }) => text)).toEqual([`node:${packages['node_modules/node']?.version}-trixie-slim AS base`]);
});

test('a Dockerfile is taken apart as it is written', () => {
  const file = 'FROM node:24 AS base\n# COPY . .\nCOPY --from=a --chown=1:1 \\\n  x y ./\n\nrun echo --no=flag\n';
  expect(parseDockerfile(file)).toEqual([
    { name: 'FROM', flags: {}, text: 'node:24 AS base' },
    { name: 'COPY', flags: { from: 'a', chown: '1:1' }, text: 'x y ./' },
    { name: 'RUN', flags: {}, text: 'echo --no=flag' },
  ]);
  expect(() => parseDockerfile('RUN <<EOF\nls\nEOF')).toThrow('expected an instruction on one line');
});
