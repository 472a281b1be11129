import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';

export const repository = resolve(import.meta.dirname, '../..');

interface Mount {
  type: string;
  source: string;
  target: string;
  read_only?: boolean;
}

/** What a service is to be asked for; the parsers know more. */
export interface Service {
  image: string;
  user?: string;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  pids_limit?: number;
  mem_limit?: string;
  restart?: string;
  command?: string[] | null;
  entrypoint?: string[] | null;
  environment?: Record<string, string>;
  healthcheck?: { test?: string[]; disable?: boolean };
  volumes?: Mount[];
  ports?: { host_ip?: string; published?: string; target: number }[];
  depends_on?: Record<string, { condition: string }>;
  networks?: Record<string, { aliases?: string[] } | null>;
}

export interface Project {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
}

interface Options {
  files?: string[];
  profile?: string;
  env?: Record<string, string>;
}

const usual = ['docker-compose.yml'];

/** As today's `docker compose` reads it: only what would be started. */
export function rendered({ files = usual, profile, env = {} }: Options = {}): Project {
  const args = [...(profile === undefined ? [] : ['--profile', profile]), ...files];
  return JSON.parse(call(installed('current/install.sh'), args, env)) as Project;
}

/** As Debian's docker-compose 1.29 reads it: all services, whatever their profiles. */
export function renderedByDebian({ files = usual, env = {} }: Options = {}): { services: Record<string, object> } {
  const args = [...files.flatMap(file => ['--file', file]), 'config'];
  return parse(call(installed('install.sh'), args, env)) as { services: Record<string, object> };
}

function installed(script: string): string {
  return execFileSync(join(import.meta.dirname, script), { encoding: 'utf8' }).trim();
}

/** With nothing of our environment but the path: a variable of somebody's would be read. */
function call(program: string, args: string[], env: Record<string, string>): string {
  const only = { PATH: process.env['PATH'] ?? '', ...env };
  return execFileSync(program, args, { cwd: repository, env: only, encoding: 'utf8', stdio: 'pipe' });
}
