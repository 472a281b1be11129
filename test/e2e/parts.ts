import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { repository } from '../compose/parsers.ts';
import { installed } from '../prometheus/prometheus.ts';
import { launch, type Running } from './process.ts';
import { alertmanagerPrograms } from './programs.ts';
import type { Scene } from './scene.ts';

const run = promisify(execFile);
const entry = join(repository, 'src/alertwright.js');

const ours = async (url: string) => (await fetch(url).catch(() => undefined))?.ok === true;

/** What a container of Prometheus or Alertmanager is started with, and how it is asked whether it is well. */
function asInCompose(scene: Scene, part: 'prometheus' | 'alertmanager', program: string) {
  const { command, healthcheck } = scene.project.services[part]!;
  const [, asked = '', ...args] = healthcheck?.test?.map(scene.here) ?? [];
  const ready = () =>
    run(join(dirname(program), asked), args).then(
      () => true,
      () => false,
    );
  const listen = `--web.listen-address=127.0.0.1:${scene.ports[part]}`;
  return { name: part, program, args: [...command!.map(scene.here), listen], ready, keep: scene.keep };
}

export function startPrometheus(scene: Scene): Promise<Running> {
  return launch(asInCompose(scene, 'prometheus', installed().prometheus));
}

export function startAlertmanager(scene: Scene): Promise<Running> {
  const { alertmanager, cwd } = alertmanagerPrograms(scene.release);
  return launch({ ...asInCompose(scene, 'alertmanager', alertmanager), cwd });
}

/** The cluster with the scenario; without one all is well in it. */
export function startCluster(scene: Scene, scenario?: string): Promise<Running> {
  const [verb, listen, address] = scene.project.services['cluster']!.command!.map(scene.here);
  const what = scenario === undefined ? ['--well'] : ['--scenario', scenario];
  const kubeconfig = ['--kubeconfig', join(scene.folder, 'written-kubeconfig')];
  return launch({
    name: 'the cluster',
    program: process.execPath,
    args: [entry, verb!, listen!, address!, ...what, ...kubeconfig],
    ready: () => ours(`http://127.0.0.1:${scene.ports.cluster}/readyz`),
    keep: scene.keep,
  });
}

/** `settings` are environment variables, without what they all begin with. */
export function startAlertwright(scene: Scene, settings: Record<string, string> = {}): Promise<Running> {
  const fromCompose = scene.project.services['alertwright']!.environment ?? {};
  const env = Object.entries(fromCompose).map(([name, value]) => [name, scene.here(value)] as const);
  const more = Object.entries(settings).map(([name, value]) => [`ALERTWRIGHT_${name}`, value] as const);
  return launch({
    name: 'alertwright',
    program: process.execPath,
    args: [entry, 'serve'],
    // A test asks more often than people do.
    env: { ALERTWRIGHT_LIMITS_API_PER_SECOND: '1000', ...Object.fromEntries([...env, ...more]) },
    ready: () => ours(`http://127.0.0.1:${scene.ports.alertwright}/readyz`),
    keep: scene.keep,
  });
}
