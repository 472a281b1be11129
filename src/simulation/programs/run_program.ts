import { parseQuantity } from '../../kubernetes/quantity.ts';
import { diskCurve, memoryCurve } from './memory.ts';
import type { Behaviour, Dependency, Listener, Program } from './program.ts';
import { type Serving, servingOf } from './requests.ts';
import { firstRefusal, type Refusal, type Settings, secondsOf, settingValue } from './settings.ts';
import { runShell } from './shell.ts';

/** A container as its program sees it. */
export interface Invocation extends Settings {
  command?: readonly string[];
  args?: readonly string[];
  pod: string;
  memoryLimit?: number;
  cpuLimit?: number;
}

export type Launch = { kind: 'cannot_start'; reason: string } | { kind: 'started'; process: Process };

interface ProcessEnd {
  /** Seconds after the start. */
  after: number;
  exitCode: number;
  /** The kernel took it away; the program had no say. */
  outOfMemory: boolean;
  lines: string[];
}

/** What a started program does, as far as it depends on nothing but itself. Seconds run from its start. */
export interface Process {
  listensAfter: number;
  /** Its end, when it comes without anybody else's doing. */
  end: ProcessEnd | undefined;
  /** The end when it is asked to stop; `undefined` when it ignores that. */
  stop: { after: number; exitCode: number; lines: string[] } | undefined;
  dependencies: NeededService[];
  lines: { start: string[]; ready: string[]; running: { line: string; every: number }[] };
  answer(request: Request): Answer;
  memoryAt(seconds: number): number;
  /** What it writes to disk, and where; most write nothing. */
  disk?: { path: string | undefined; at(seconds: number): number };
  cpuAt(seconds: number): number;
  serving: Serving;
}

export interface NeededService {
  rule: Dependency;
  address: string | undefined;
  /** What it writes about a service that is missing or back. */
  say(what: 'missing' | 'back', details: { host: string; port: string; error: string }): string[];
}

interface Request {
  port: number;
  /** Without a path it is enough that somebody listens. */
  path?: string;
  seconds: number;
  /** Whether every dependency that it waits for is there. */
  dependenciesMet: boolean;
}

/** `seconds` is how long it takes for the load that there is. */
export type Answer =
  | { kind: 'refused' }
  | { kind: 'accepted'; status: number; seconds?: number; tls?: true; http?: true };

/** Decides what a container does: the same program in the same circumstances does the same. */
export function runProgram(program: Program, invocation: Invocation): Launch {
  const [file = program.entrypoint, ...given] = invocation.command ?? [];
  const args = [...given, ...(invocation.args ?? [])];
  const path = resolveExecutable(program, file);
  if (path === undefined) return { kind: 'cannot_start', reason: notExecutable(program, file) };
  if (path === program.entrypoint) return { kind: 'started', process: startMain(program, args, invocation) };
  return { kind: 'started', process: startOther(program, path, args) };
}

/** The exit code of a command that is run in the container, and what it prints; `undefined` when it doesn't exist. */
export function execInside(program: Program, command: readonly string[]): ExecResult | undefined {
  const [file = '', ...args] = command;
  const path = resolveExecutable(program, file);
  if (path === undefined) return undefined;
  if (!path.endsWith('/sh') || args[0] !== '-c') return { code: 0, output: '', errors: '', seconds: 0 };
  const { code, lines, seconds, complaints } = runShell(args[1] ?? '');
  const textOf = (all: string[]) => all.map(line => `${line}\n`).join('');
  return { code, output: textOf(lines), errors: textOf(complaints), seconds };
}

export interface ExecResult {
  code: number;
  output: string;
  /** What of it went to its standard error. */
  errors: string;
  seconds: number;
}

function resolveExecutable(program: Program, file: string): string | undefined {
  return [program.entrypoint, ...program.executables].find(
    path => path === file || (!file.includes('/') && path.endsWith(`/${file}`)),
  );
}

/** The runtime's words for a command that it can't run. */
function notExecutable(program: Program, file: string): string {
  const isFolder = [program.entrypoint, ...program.executables].some(path => path.startsWith(`${file}/`));
  if (isFolder) return `exec: "${file}": permission denied`;
  if (file.includes('/')) return `exec: "${file}": stat ${file}: no such file or directory`;
  return `exec: "${file}": executable file not found in $PATH`;
}

function startMain(program: Program, args: string[], invocation: Invocation): Process {
  const behaviour = program.commands[args[0] ?? ''] ?? program.behaviour;
  const memory = memoryCurve(behaviour, invocation);
  const written = diskCurve(behaviour);
  const cores = parseQuantity(behaviour.cpu) ?? 0;
  const listensAfter = behaviour.startsIn * Math.max(1, cores / (invocation.cpuLimit ?? Infinity));
  const write = (line: string, more: Record<string, string> = {}) => fill(line, invocation, more);
  return {
    listensAfter,
    end: earliest([
      refusalEnd(firstRefusal(behaviour, invocation), listensAfter, write),
      ownEnd(behaviour, invocation, write),
      outOfMemoryEnd(memory.exceeds(invocation.memoryLimit ?? Infinity)),
    ]),
    stop:
      behaviour.stops === 'ignores'
        ? undefined
        : {
            after: behaviour.stops.after,
            exitCode: behaviour.stops.code,
            lines: behaviour.lines.stop.map(l => write(l)),
          },
    dependencies: behaviour.dependsOn.map(rule => ({
      rule,
      address: addressOf(rule, invocation),
      say: (what, details) => rule.lines[what].map(line => write(line, details)),
    })),
    lines: {
      start: behaviour.lines.start.map(line => write(line)),
      ready: behaviour.lines.ready.map(line => write(line)),
      running: behaviour.lines.running.map(({ line, every }) => ({ line: write(line), every })),
    },
    answer: request => answer(behaviour, invocation, listensAfter, request),
    memoryAt: memory.at,
    ...(written ? { disk: { path: behaviour.disk?.path, at: written } } : {}),
    cpuAt: () => Math.min(cores, invocation.cpuLimit ?? Infinity),
    serving: servingOf(behaviour.requests, invocation),
  };
}

/** Another executable of the image: a shell runs its script, anything else ends well. */
function startOther(program: Program, path: string, args: string[]): Process {
  const isScript = path.endsWith('/sh') && args[0] === '-c';
  const { lines, seconds, code } = isScript ? runShell(args[1] ?? '') : { lines: [], seconds: 0.1, code: 0 };
  return {
    listensAfter: Infinity,
    end: Number.isFinite(seconds) ? { after: seconds, exitCode: code, outOfMemory: false, lines } : undefined,
    stop: { after: 0.1, exitCode: 143, lines: [] },
    dependencies: [],
    lines: { start: [], ready: [], running: [] },
    answer: () => ({ kind: 'refused' }),
    memoryAt: () => 1 << 20,
    cpuAt: () => parseQuantity(program.behaviour.cpu) ?? 0,
    serving: servingOf(program.behaviour.requests, { env: {}, files: {} }),
  };
}

type Write = (line: string, more?: Record<string, string>) => string;

function refusalEnd(refusal: Refusal | undefined, listensAfter: number, write: Write): ProcessEnd | undefined {
  if (!refusal) return undefined;
  const { setting, value } = refusal;
  return {
    after: Math.min(listensAfter, 0.5),
    exitCode: setting.refused.exitCode,
    outOfMemory: false,
    lines: setting.refused.lines.map(line => write(line, { setting: setting.name, value: value ?? '' })),
  };
}

function ownEnd(behaviour: Behaviour, settings: Settings, write: Write): ProcessEnd | undefined {
  const after = behaviour.exits && secondsOf(behaviour.exits.after, settings);
  if (!behaviour.exits || after === undefined) return undefined;
  return { after, exitCode: behaviour.exits.code, outOfMemory: false, lines: behaviour.exits.lines.map(l => write(l)) };
}

function outOfMemoryEnd(after: number | undefined): ProcessEnd | undefined {
  return after === undefined ? undefined : { after, exitCode: 137, outOfMemory: true, lines: [] };
}

function earliest(ends: (ProcessEnd | undefined)[]): ProcessEnd | undefined {
  return ends.filter(end => end !== undefined).sort((a, b) => a.after - b.after)[0];
}

function addressOf(rule: Dependency, settings: Settings): string | undefined {
  if (typeof rule.address === 'string') return rule.address;
  return settingValue(settings, rule.address.setting) ?? rule.address.default;
}

function answer(behaviour: Behaviour, settings: Settings, listensAfter: number, request: Request): Answer {
  const listener = behaviour.listens.find(one => portOf(one, settings) === request.port);
  if (!listener || request.seconds < listensAfter) return { kind: 'refused' };
  const status = request.path === undefined ? 0 : statusAt(listener, request.path, { settings, request });
  return {
    kind: 'accepted',
    status,
    ...(listener.tls ? { tls: true } : {}),
    ...(listener.http.length > 0 ? { http: true } : {}),
  };
}

function statusAt(
  { http }: Listener,
  asked: string,
  { settings, request }: { settings: Settings; request: Request },
): number {
  const path = http.find(one => one.path === asked.split('?')[0]);
  if (!path) return 404;
  if (path.reflectsDependencies && !request.dependenciesMet) return 503;
  const begun = path.answers.filter(one => (secondsOf(one.from, settings) ?? Infinity) <= request.seconds);
  return begun.at(-1)?.status ?? 503;
}

function portOf(listener: Listener, settings: Settings): number {
  if (typeof listener.port === 'number') return listener.port;
  return Number(settingValue(settings, listener.port.setting) ?? listener.port.default);
}

function fill(line: string, invocation: Invocation, more: Record<string, string>): string {
  return line.replaceAll(/\{(env\.)?([A-Za-z][\w.-]*)\}/g, (text, fromEnv: string | undefined, name: string) => {
    if (fromEnv) return invocation.env[name] ?? '';
    return name === 'pod' ? invocation.pod : (more[name] ?? text);
  });
}
