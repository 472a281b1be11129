import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memoryCurve } from '../../../src/simulation/programs/memory.ts';
import { Program, type ProgramInput } from '../../../src/simulation/programs/program.ts';
import { splitImage } from '../../../src/simulation/programs/registry.ts';
import { type Invocation, runProgram } from '../../../src/simulation/programs/run_program.ts';
import { runShell } from '../../../src/simulation/programs/shell.ts';
import { createWorld } from '../../../src/simulation/programs/world.ts';

const image = { repository: 'registry.example/app', tags: ['1'] };

function start(behaviour: ProgramInput['behaviour'], invocation: Partial<Invocation> = {}) {
  const program = Program.parse({ name: 'app', image, entrypoint: '/app', behaviour });
  const launch = runProgram(program, { env: {}, files: {}, pod: 'app-1', ...invocation });
  if (launch.kind !== 'started') throw new Error(`expected the program to start, got ${launch.reason}`);
  return launch.process;
}

test.each([
  [{ required: true }, undefined, false],
  [{ required: false }, undefined, true],
  [{ oneOf: ['a', 'b'] }, 'b', true],
  [{ oneOf: ['a', 'b'] }, 'c', false],
  [{ pattern: '[a-z]+' }, 'abc', true],
  [{ pattern: '[a-z]+' }, 'abc1', false],
  [{ min: 1, max: 10 }, '10', true],
  [{ min: 1, max: 10 }, '11', false],
  [{ min: 1, max: 10 }, 'ten', false],
  [{ max: 60 }, '1m', true],
  [{ max: 60 }, '61s', false],
  [{ min: 2 ** 20 }, '1Mi', true],
  [{ min: 2 ** 20 }, '1Ki', false],
])('a setting that must be %j and is %j is accepted: %j', (rule, value, accepted) => {
  const setting = {
    name: 'MODE',
    ...rule,
    refused: { lines: ['level=fatal setting={setting} value="{value}" pod={pod}'], exitCode: 3 },
  };
  const { end } = start({ settings: [setting] }, { env: value === undefined ? {} : { MODE: value } });
  expect(end).toEqual(
    accepted
      ? undefined
      : {
          after: 0.2,
          exitCode: 3,
          outOfMemory: false,
          lines: [`level=fatal setting=MODE value="${value ?? ''}" pod=app-1`],
        },
  );
});

test('a setting can come from a mounted file', () => {
  const setting = { name: 'workers', file: '/etc/app/app.conf', min: 1, refused: { lines: ['no'] } };
  const run = (content: string) =>
    start({ settings: [setting] }, { files: { '/etc/app/app.conf': content } }).end?.exitCode;
  expect([run('# conf\nworkers = 4\n'), run('workers: 0\n'), run('')]).toEqual([undefined, 1, 1]);
});

test('a program is killed at the moment at which its memory crosses the limit, and not when it never does', () => {
  const bytes = fc.integer({ min: 0, max: 2 ** 30 });
  fc.assert(
    fc.property(
      bytes,
      bytes,
      fc.double({ min: 0.1, max: 60, noNaN: true }),
      bytes,
      (base, perSecond, startsIn, limit) => {
        const memory = { base: `${base}`, perSecond: `${perSecond}`, growsTo: `${2 ** 31}` };
        const curve = memoryCurve(
          Program.parse({ name: 'app', image, entrypoint: '/app', behaviour: { startsIn, memory } }).behaviour,
          {
            env: {},
            files: {},
          },
        );
        const moment = curve.exceeds(limit);
        if (moment === undefined) expect(curve.at(1e9)).toBeLessThanOrEqual(limit);
        else {
          expect(curve.at(moment * 0.999 - 1e-6)).toBeLessThanOrEqual(limit + 1);
          expect(curve.at(moment * 1.001 + 1e-6)).toBeGreaterThanOrEqual(limit - 1);
        }
      },
    ),
  );
});

test('a cache that a setting sizes counts towards the memory', () => {
  const memory = { base: '64Mi', setting: { name: 'CACHE_SIZE', factor: 1.5 } };
  const run = (size: string) => start({ memory }, { env: { CACHE_SIZE: size }, memoryLimit: 256 * 2 ** 20 }).end;
  expect(run('128Mi')).toBeUndefined();
  expect(run('256Mi')).toMatchObject({ exitCode: 137, outOfMemory: true });
});

test('a program held back by its CPU limit takes longer to start', () => {
  expect(start({ startsIn: 2, cpu: '500m' }, { cpuLimit: 0.1 }).listensAfter).toBeCloseTo(10);
  expect(start({ startsIn: 2, cpu: '500m' }, { cpuLimit: 1 }).listensAfter).toBe(2);
});

test('what it answers depends on port, path, time and dependencies', () => {
  const http = [
    { path: '/ready', reflectsDependencies: true },
    { path: '/old', answers: [{ status: 200 }, { from: 60, status: 500 }] },
  ];
  const process = start(
    { startsIn: 1, listens: [{ port: { setting: 'PORT', default: 80 }, http }] },
    { env: { PORT: '8080' } },
  );
  const ask = (port: number, path: string, seconds: number, dependenciesMet = true) => {
    const answer = process.answer({ port, path, seconds, dependenciesMet });
    return answer.kind === 'accepted' ? answer.status : answer.kind;
  };
  expect(ask(8080, '/ready', 0.5)).toBe('refused');
  expect(ask(80, '/ready', 5)).toBe('refused');
  expect([ask(8080, '/ready', 5), ask(8080, '/ready', 5, false), ask(8080, '/none', 5)]).toEqual([200, 503, 404]);
  expect([ask(8080, '/old', 59), ask(8080, '/old', 60)]).toEqual([200, 500]);
});

test('the shell of an image knows echo, sleep and exit, and no other command', () => {
  expect(runShell('echo "cannot migrate"; exit 7')).toMatchObject({ lines: ['cannot migrate'], code: 7 });
  expect(runShell('sleep 3 && echo up')).toMatchObject({ lines: ['up'], code: 0, seconds: 3.1 });
  expect(runShell('migrate && echo up')).toMatchObject({ lines: ['sh: migrate: not found'], code: 127 });
});

test('a registry knows its tags and nothing else, and can be down', () => {
  expect(splitImage('localhost:5000/app')).toEqual({ repository: 'localhost:5000/app', tag: 'latest' });
  const world = createWorld({ programs: [{ name: 'app', image, entrypoint: '/app' }] });
  const kinds = () => ['registry.example/app:1', 'registry.example/app:2'].map(one => world.findImage(one).kind);
  expect(kinds()).toEqual(['found', 'missing']);
  world.removeTag('registry.example/app', '1');
  expect(kinds()).toEqual(['missing', 'missing']);
  world.setRegistry('registry.example', false);
  expect(kinds()).toEqual(['unreachable', 'unreachable']);
});
