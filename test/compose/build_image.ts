import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { type Instruction, parseDockerfile, words } from './dockerfile.ts';

/** What becomes of a Dockerfile, with folders in place of file systems. */
export interface Image {
  /** The folder that stands for `/`. */
  root: string;
  env: Record<string, string>;
  workdir: string;
  user?: string;
  entrypoint: string[];
  cmd: string[];
  healthcheck?: string[];
}

interface Build {
  context: string;
  /** Where the folders of the stages go. */
  folder: string;
  stages: Map<string, Image>;
}

/** Carries a Dockerfile out, instruction by instruction; one that it does not know is an error. */
export function buildImage(context: string, folder: string): Image {
  const build: Build = { context, folder, stages: new Map() };
  let image: Image | undefined;
  for (const instruction of parseDockerfile(readFileSync(join(context, 'Dockerfile'), 'utf8'))) {
    if (instruction.name === 'FROM') image = begin(build, instruction.text);
    else if (!image) throw new Error(`expected FROM first, got ${instruction.name}`);
    else carryOut(build, image, instruction);
  }
  if (!image) throw new Error('expected a FROM, got none');
  return image;
}

function begin({ stages, folder }: Build, text: string): Image {
  const [, from = '', name = String(stages.size)] = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(text) ?? [];
  const root = join(folder, name);
  const below = stages.get(from);
  const image: Image = below ? { ...structuredClone(below), root } : { ...nodeImage(from), root };
  if (below) cpSync(below.root, root, { recursive: true, verbatimSymlinks: true });
  else fillNodeImage(root);
  stages.set(name, image);
  return image;
}

function nodeImage(from: string): Omit<Image, 'root'> {
  if (!/^node:\d/.test(from)) throw new Error(`expected an image of Node, got ${from}`);
  return { env: { PATH: '/usr/local/bin:/usr/bin:/bin' }, workdir: '/', entrypoint: [], cmd: ['node'] };
}

/** Node and npm, where an image of Node has them; the rest of the system is this machine's. */
function fillNodeImage(root: string): void {
  const bin = join(root, 'usr/local/bin');
  mkdirSync(bin, { recursive: true });
  symlinkSync(process.execPath, join(bin, 'node'));
  symlinkSync(execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim(), join(bin, 'npm'));
}

function carryOut(build: Build, image: Image, { name, flags, text }: Instruction): void {
  const { root } = image;
  switch (name) {
    case 'WORKDIR':
      image.workdir = resolve(image.workdir, text);
      mkdirSync(join(root, image.workdir), { recursive: true });
      return;
    case 'ENV':
      for (const [, key = '', value = ''] of text.matchAll(/(\w+)=(\S+)/g))
        image.env[key] = value.replaceAll(/\$(\w+)/g, (_, used: string) => image.env[used] ?? '');
      return;
    case 'COPY':
      copy(build, image, flags, text.split(/\s+/));
      return;
    case 'RUN':
      run(image, text);
      return;
    case 'USER':
      image.user = text;
      return;
    case 'ENTRYPOINT':
      image.entrypoint = words(text);
      image.cmd = [];
      return;
    case 'CMD':
      image.cmd = words(text);
      return;
    case 'HEALTHCHECK':
      image.healthcheck = words(text.replace(/^.*?\bCMD\s+/, ''));
      return;
    case 'EXPOSE':
    case 'LABEL':
      return;
    default:
      throw new Error(`expected an instruction that is known here, got ${name}: teach it in ${import.meta.filename}`);
  }
}

function copy({ stages, context }: Build, image: Image, flags: Record<string, string>, paths: string[]): void {
  const target = paths.at(-1) ?? '';
  const from = flags['from'];
  const source = from === undefined ? context : stages.get(from)?.root;
  if (source === undefined) throw new Error(`expected a stage before this one, got --from=${from}`);
  const place = join(image.root, resolve(image.workdir, target));
  for (const path of paths.slice(0, -1)) {
    if (from === undefined) requireSent(context, path);
    const one = join(source, path);
    const isFolder = statSync(one).isDirectory();
    const into = isFolder || !(target.endsWith('/') || existsSync(place)) ? place : join(place, basename(path));
    cpSync(one, into, { recursive: true, verbatimSymlinks: true });
  }
  if (flags['chown'] !== undefined && process.getuid?.() === 0) {
    const [user = 0, group = user] = flags['chown'].split(':').map(Number);
    chownSync(place, user, group);
  }
}

/** A file that .dockerignore keeps back is not there for COPY. Ours names what is sent. */
function requireSent(context: string, path: string): void {
  const sent = readFileSync(join(context, '.dockerignore'), 'utf8').split('\n');
  if (sent.includes('*') && sent.includes(`!${path.replace(/\/$/, '')}`)) return;
  throw new Error(`expected .dockerignore to let ${path} through, for the Dockerfile copies it`);
}

function run({ root, env, workdir }: Image, command: string): void {
  // There is no chroot here: such a path would be one of this machine.
  if (/(^|[\s=:"'])\//.test(command)) throw new Error(`expected only relative paths in RUN, got: ${command}`);
  execFileSync('sh', ['-euc', command], {
    cwd: join(root, workdir),
    env: { ...registryEnv(), ...env, PATH: pathIn({ root, env }) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** The PATH of an image: what it holds is in its folder, the rest is this machine's. */
export function pathIn({ root, env }: Pick<Image, 'root' | 'env'>): string {
  const folders = (env['PATH'] ?? '').split(':');
  return folders.map(folder => (existsSync(join(root, folder)) ? join(root, folder) : folder)).join(':');
}

/** How npm reaches its registry from here. */
function registryEnv(): Record<string, string> {
  const ours = /^(HOME|\w+_proxy|npm_config_(registry|userconfig|cafile|cache)|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE)$/i;
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([key, value]) =>
      ours.test(key) && value !== undefined ? [[key, value]] : [],
    ),
  );
}

/** Gives the image a Node of its own, for whoever may not look into the folder that the test's lies in. */
export function bringNode({ root }: Image): void {
  const node = join(root, 'usr/local/bin/node');
  rmSync(node);
  copyFileSync(process.execPath, node);
  chmodSync(node, 0o755);
}
