import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { reportFailure } from '../../src/cli/failure.ts';
import { noPaint } from '../../src/cli/story/paint.ts';
import { AlertwrightError } from '../../src/lib/errors.ts';
import { version } from '../../src/lib/package_root.ts';
import { cli, startCli } from './run_cli.ts';
import { runHere } from './run_here.ts';

test('the help shows the ways in, examples and exit codes, also when nothing is asked', async () => {
  const [asked, bare] = await Promise.all([runHere(['--help']), runHere([])]);
  expect(bare).toEqual(asked);
  expect(asked).toMatchObject({ code: 0, err: '' });
  for (const part of [
    'Try it',
    'Run it',
    'Read it',
    'Answer it',
    'Examples:',
    'Exit codes:',
    '  78  the configuration is wrong',
  ])
    expect(asked.out).toContain(part);
});

test('every command has a help of its own', async () => {
  const commands = [
    'demo',
    'replay',
    'eval',
    'cluster',
    'scenario',
    'serve',
    'config',
    'alerts',
    'incidents',
    'approve',
    'reject',
  ];
  const helps = await Promise.all(commands.map(command => runHere([command, '--help'])));
  for (const [index, { code, out }] of helps.entries()) {
    expect(code).toBe(0);
    expect(out).toContain(`Usage: alertwright ${commands[index]}`);
  }
});

test('the version is the one of the package', async () => {
  expect(await cli(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' });
});

test.each([
  [['dmo'], "error: unknown command 'dmo'\n→ Did you mean demo?\n→ See alertwright --help.\n"],
  [['demo', '--onse'], "error: unknown option '--onse'\n→ Did you mean --once?\n→ See alertwright --help.\n"],
  [['approve', 'inc-1'], "error: required option '--plan <hash>' not specified\n→ See alertwright --help.\n"],
  [['eval', '--model', 'scriptd'], 'error: expected a model, got "scriptd"; did you mean "scripted"?\n'],
])('%j is a wrong command line', async (args, says) => {
  const { code, out, err } = await runHere(args);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain(says);
});

test('a failure that is ours is a sentence and a remedy; the trace is for --verbose', async () => {
  const quiet = await cli(['serve']);
  expect(quiet.code).toBe(78);
  expect(quiet.err).toMatch(
    /^error: serve needs a cluster and a model.*\n→ Set cluster:.*\n→ Set model\.url.*\n→ .*\n$/,
  );
  const verbose = await cli(['serve', '--verbose']);
  expect(verbose.err).toMatch(/\n {4}at /);
});

test('anything else is called a bug', () => {
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  const terminal = { out: say, err: say, width: 96, watched: false, paint: noPaint, paintErr: noPaint };
  expect(reportFailure(new TypeError('x is not a function'), terminal, false)).toBe(70);
  expect(lines).toEqual([
    'error: this is a bug of alertwright: x is not a function',
    '→ Run it again with --verbose, and report what it prints.',
  ]);
  expect(reportFailure(new AlertwrightError('c', 'no', { exitCode: 73 }), terminal, false)).toBe(73);
});

test('an old Node gets a sentence', async () => {
  const old = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.11.0' } })";
  const nodeArgs = ['--import', `data:text/javascript,${encodeURIComponent(old)}`];
  const { code, err } = await cli(['demo'], { nodeArgs });
  expect(code).toBe(78);
  expect(err).toMatch(/^alertwright needs Node 24 or newer, and this is Node 20\.11\.0\. .*\n$/);
});

test('a reader that has seen enough is no failure', async () => {
  const { child, exit } = startCli(['config', 'schema']);
  child.stdout.destroy();
  let err = '';
  child.stderr.setEncoding('utf8').on('data', chunk => {
    err += chunk;
  });
  expect(await exit).toBe(0);
  expect(err).toBe('');
});

test('colours are for terminals, and for whoever asks for them', async () => {
  const [piped, forced] = await Promise.all([
    cli(['config', 'env']),
    cli(['config', 'env'], { env: { FORCE_COLOR: '1' } }),
  ]);
  expect(piped.out).not.toContain('\u001b[');
  expect(forced.out).toContain('\u001b[');
});

test('a configuration is checked, and its schema is JSON', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'alertwright-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'a.yaml');
  writeFileSync(file, 'cluster: in-cluster\nmodle: scripted\n');
  const [wrong, schema] = await Promise.all([cli(['config', 'check', file]), cli(['config', 'schema'])]);
  expect([wrong.code, wrong.err.split('\n')[0]]).toEqual([
    78,
    `error: ${file}:2:1: unknown key "modle"; did you mean "model"?`,
  ]);
  expect(JSON.parse(schema.out)).toMatchObject({ type: 'object', properties: { mode: { default: 'approve' } } });
  writeFileSync(file, 'cluster: in-cluster\nmodel: scripted\n');
  expect(await cli(['config', 'check', file])).toEqual({ code: 0, out: `${file}: valid\n`, err: '' });
});
