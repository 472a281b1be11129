import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Project, rendered, repository } from '../compose/parsers.ts';
import { freePort } from '../support/free_port.ts';
import type { Release } from './programs.ts';

type Part = 'cluster' | 'prometheus' | 'alertmanager' | 'alertwright';

/** Where the parts of one test live: a folder that stands for the root of all containers, and ports on loopback. */
export interface Scene {
  folder: string;
  ports: Record<Part, number>;
  /** The operator's. */
  token: string;
  deliveryToken: string;
  /** As `docker compose up` would start it. */
  project: Project;
  release: Release;
  /** What stands in a file or a command of deploy/compose, as it is here: other addresses, other paths. */
  here(text: string): string;
  /** What is to be ended with the test: last come, first gone. */
  keep(end: () => Promise<void> | void): void;
}

export interface SceneOptions {
  /** The test's own: tests run beside each other. */
  onTestFinished(end: () => Promise<void>): void;
  /** Where Alertmanager delivers to, when that isn't alertwright's own port. */
  deliverTo?: number;
  /** Which Alertmanager; otherwise the one of docker-compose.yml. */
  release?: Release;
}

export async function setScene({ onTestFinished, deliverTo, release = 'current' }: SceneOptions): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'alertwright-e2e-'));
  const ends: (() => Promise<void> | void)[] = [() => rmSync(folder, { recursive: true, force: true })];
  let over = false;
  onTestFinished(async () => {
    over = true;
    for (const end of ends.reverse()) await end();
  });
  const [cluster, prometheus, alertmanager, alertwright] = await Promise.all([1, 2, 3, 4].map(freePort));
  const ports = { cluster: cluster!, prometheus: prometheus!, alertmanager: alertmanager!, alertwright: alertwright! };
  const project = rendered();
  const here = (text: string) => moved(text, folder, ports, deliverTo ?? ports.alertwright);
  const token = makeToken(folder, 'var/lib/alertwright/token');
  const deliveryToken = makeToken(folder, 'run/alertwright/token');
  const scene: Scene = {
    folder,
    ports,
    token,
    deliveryToken,
    project,
    release,
    here,
    keep: end => void (over ? end() : ends.push(end)),
  };
  for (const part of ['prometheus', 'alertmanager', 'alertwright'] as const) layOut(part, scene);
  return scene;
}

/** The addresses of the containers and the paths in them. */
function moved(text: string, folder: string, ports: Scene['ports'], deliverTo: number): string {
  return text
    .replaceAll('alertwright:9099', `127.0.0.1:${deliverTo}`)
    .replaceAll('cluster:8001', `127.0.0.1:${ports.cluster}`)
    .replaceAll('alertmanager:9093', `127.0.0.1:${ports.alertmanager}`)
    .replaceAll('0.0.0.0:8001', `127.0.0.1:${ports.cluster}`)
    .replaceAll('127.0.0.1:9093', `127.0.0.1:${ports.alertmanager}`)
    .replaceAll('127.0.0.1:9090', `127.0.0.1:${ports.prometheus}`)
    .replaceAll('0.0.0.0:9099', `127.0.0.1:${ports.alertwright}`)
    .replaceAll(/(^|[ =])(\/(?:etc|run|var|prometheus|alertmanager)\b)/gm, `$1${folder}$2`);
}

/** The files that a container gets, where it has them. */
function layOut(part: Part, { project, folder, here }: Scene): void {
  for (const { type, source, target } of project.services[part]?.volumes ?? []) {
    const place = join(folder, target);
    mkdirSync(type === 'bind' ? dirname(place) : place, { recursive: true });
    if (type === 'bind') writeFileSync(place, hastened(here(readFileSync(source, 'utf8'))));
  }
}

/**
 * The one thing that is otherwise than with `docker compose up`: rules wait for seconds where they would wait for
 * minutes, and Prometheus looks each second. What Alertmanager and alertwright wait for is as it is there.
 */
function hastened(text: string): string {
  return text.replaceAll(/^( +for: )\d+m$/gm, '$12s').replaceAll(/^( +(?:scrape|evaluation)_interval: )10s$/gm, '$11s');
}

/** As the containers for it make one, also when it is there. */
function makeToken(folder: string, place: string): string {
  const file = join(folder, place);
  mkdirSync(dirname(file), { recursive: true });
  const make = () => execFileSync(process.execPath, [join(repository, 'deploy/compose/token.js'), file]);
  make();
  const token = readFileSync(file, 'utf8');
  make();
  if (token.length < 40 || readFileSync(file, 'utf8') !== token) throw new Error('expected one token, and a long one');
  return token;
}
