import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { forServing, loadConfig } from '../../src/config.ts';
import { isEmbeddedKubeconfig } from '../../src/simulation/kubeconfig.ts';
import { scenarioNames } from '../../src/simulation/scenario/load.ts';
import { alertmanagerPrograms } from '../e2e/programs.ts';
import { installed } from '../prometheus/prometheus.ts';
import { rendered, renderedByDebian, repository, type Service } from './parsers.ts';

const everywhere = ['alertmanager', 'cluster', 'delivery-token', 'operator-token', 'prometheus'];
const withOllama = ['alertwright-ollama', 'ollama', 'ollama-pull', 'ollama-volume'];
const realCluster = ['docker-compose.yml', 'deploy/compose/real-cluster.yml'];
const ofProfile = (profile: string) => Object.entries(rendered({ profile }).services);
const all = () => [...ofProfile('scripted'), ...ofProfile('ollama')];

test('`up` starts the scripted diagnostician, and the profile ollama a model in its place', () => {
  const names = (options?: Parameters<typeof rendered>[0]) => Object.keys(rendered(options).services).sort();
  const scripted = [...everywhere, 'alertwright'].sort();
  expect(names()).toEqual(scripted);
  expect(names({ profile: 'scripted' })).toEqual(scripted);
  expect(names({ profile: 'ollama' })).toEqual([...everywhere, ...withOllama].sort());
  expect(names({ env: { COMPOSE_PROFILES: 'ollama' } })).toEqual([...everywhere, ...withOllama].sort());
});

test('both are reached under one name, and are otherwise the same', () => {
  const { alertwright } = rendered().services;
  const { 'alertwright-ollama': other } = rendered({ profile: 'ollama' }).services;
  for (const one of [alertwright, other]) expect(one?.networks?.['default']?.aliases).toEqual(['alertwright']);
  const { environment: set, depends_on: after, ...rest } = other!;
  expect({ ...alertwright, profiles: ['ollama'] }).toMatchObject({ ...rest, profiles: ['ollama'] });
  expect(set).toMatchObject({ ALERTWRIGHT_MODEL_URL: 'http://ollama:11434/v1', ALERTWRIGHT_MODEL_NAME: 'qwen3:4b' });
  expect(after).toMatchObject({ 'ollama-pull': { condition: 'service_completed_successfully' } });
});

test('every container is confined: no root, no capability, nothing to write to but volumes and memory, bounds', () => {
  for (const [name, service] of all()) {
    expect(service, name).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      user: expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/),
      mem_limit: expect.stringMatching(/^[1-9]\d+$/),
      pids_limit: 256,
      tmpfs: [expect.stringContaining('size=')],
      logging: { options: { 'max-size': '10m' } },
      image: expect.stringMatching(/^(alertwright:local|[a-z/]+:v?\d+\.\d+\.\d+)$/),
    });
    expect(service).not.toHaveProperty('privileged');
  }
});

test('only loopback is published, and what is mounted is there and is read only', () => {
  const ports = all().flatMap(([, { ports = [] }]) => ports);
  expect(new Set(ports.map(({ host_ip }) => host_ip))).toEqual(new Set(['127.0.0.1']));
  expect(ports.length).toBeGreaterThan(4);
  const mounts = all().flatMap(([, { volumes = [] }]) => volumes.filter(({ type }) => type === 'bind'));
  expect(mounts.length).toBeGreaterThan(6);
  for (const { source, read_only } of mounts)
    expect([source, existsSync(source), read_only]).toEqual([source, true, true]);
});

test('only alertwright has the operator’s token, and Alertmanager has its own', () => {
  const holders = (volume: string) =>
    ofProfile('scripted').flatMap(([name, { volumes = [] }]) =>
      volumes
        .filter(({ source }) => source === volume)
        .map(({ read_only }) => `${name}${read_only ? ', to read' : ''}`),
    );
  expect(holders('data').sort()).toEqual(['alertwright', 'operator-token']);
  expect(holders('delivery-token').sort()).toEqual(['alertmanager, to read', 'alertwright, to read', 'delivery-token']);
});

test('who looks well is asked for, and who waits for others waits for what they come to', () => {
  const services = Object.fromEntries(all());
  for (const [name, { healthcheck, restart, depends_on: after = {}, image }] of Object.entries(services)) {
    const own = image === 'alertwright:local' && !healthcheck?.disable;
    expect(own || restart === 'no' || healthcheck?.test !== undefined, name).toBe(true);
    for (const [other, { condition }] of Object.entries(after)) {
      const ends = services[other]?.restart === 'no';
      expect([name, other, condition]).toEqual([
        name,
        other,
        ends ? 'service_completed_successfully' : 'service_healthy',
      ]);
    }
  }
});

test('a cluster of one’s own is one mounted kubeconfig, and nothing is changed there until that is said', () => {
  const at = (service: Service | undefined, target: string) =>
    service?.volumes?.filter(mount => mount.target === target).map(({ source }) => source);
  for (const [profile, name] of [
    ['scripted', 'alertwright'],
    ['ollama', 'alertwright-ollama'],
  ] as const) {
    const service = (env: Record<string, string>) => rendered({ files: realCluster, profile, env }).services[name];
    const mine = service({ KUBECONFIG: '/home/ada/.kube/config' });
    expect(at(mine, '/etc/alertwright/kubeconfig')).toEqual(['/home/ada/.kube/config']);
    // Ours is not there to be asked.
    expect(mine?.environment).toMatchObject({ ALERTWRIGHT_MODE: 'observe', ALERTWRIGHT_ALERTMANAGER_URL: '' });
    const told = service({ KUBECONFIG: '/home/ada/.kube/config', ALERTWRIGHT_MODE: 'approve' });
    expect(told?.environment).toMatchObject({ ALERTWRIGHT_MODE: 'approve' });
    expect(() => service({})).toThrow('expected the path of one kubeconfig file');
  }
});

test('Debian’s docker-compose reads the same, with all profiles', () => {
  const theirs = renderedByDebian().services;
  const ours = Object.fromEntries(all());
  expect(Object.keys(theirs).sort()).toEqual(Object.keys(ours).sort());
  for (const [name, service] of Object.entries(theirs)) {
    const { image, user, read_only, cap_drop, security_opt, pids_limit, tmpfs } = service as Record<string, unknown>;
    expect(ours[name]).toMatchObject({ image, user, read_only, cap_drop, security_opt, pids_limit, tmpfs });
  }
  expect(renderedByDebian({ files: realCluster, env: { KUBECONFIG: '/k' } }).services['alertwright']).toMatchObject({
    environment: { ALERTWRIGHT_MODE: 'observe' },
  });
});

/** The files of a container where it has them, in a folder that stands for its root. */
function laidOut(service: Service | undefined): string {
  const folder = mkdtempSync(join(tmpdir(), 'alertwright-compose-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const { type, source, target } of service?.volumes ?? []) {
    if (type !== 'bind') continue;
    mkdirSync(join(folder, dirname(target)), { recursive: true });
    cpSync(source, join(folder, target));
  }
  return folder;
}

test('promtool and amtool take the configuration files where the containers have them', () => {
  const prometheus = laidOut(rendered().services['prometheus']);
  const check = ['check', 'config', '--lint=all', '--lint-fatal', join(prometheus, 'etc/prometheus/prometheus.yml')];
  expect(execFileSync(installed().promtool, check, { encoding: 'utf8' })).toMatch(/SUCCESS: \d\d rules found/);

  const alertmanager = laidOut(rendered().services['alertmanager']);
  const file = join(alertmanager, 'etc/alertmanager/alertmanager.yml');
  const checks = (['debian', 'current'] as const).map(release => () => {
    return execFileSync(alertmanagerPrograms(release).amtool, ['check-config', file], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
  });
  for (const check of checks) expect(check()).toContain('SUCCESS');
  writeFileSync(file, `${readFileSync(file, 'utf8')}    webhooks: []\n`);
  for (const check of checks) expect(check).toThrow('failed to validate 1 file');
});

test('alertwright takes the settings of each profile, and of a real cluster', () => {
  const checked = (service: Service | undefined) => {
    const folder = laidOut(service);
    const here = (text: string) => text.replaceAll(/\/(etc|run|var\/lib)\/alertwright/g, `${folder}$&`);
    for (const token of [here('/run/alertwright/token'), here('/var/lib/alertwright/token')]) {
      mkdirSync(dirname(token), { recursive: true });
      writeFileSync(token, 'a-token');
    }
    const settings = Object.entries(service?.environment ?? {}).map(([name, value]) => [name, here(value)] as const);
    const file = here('/etc/alertwright/alertwright.yaml');
    writeFileSync(file, here(readFileSync(file, 'utf8')));
    return forServing(loadConfig({ env: Object.fromEntries(settings) }));
  };
  const scripted = checked(rendered().services['alertwright']);
  expect(scripted).toMatchObject({
    model: 'scripted',
    mode: 'auto',
    alertmanager: { url: 'http://alertmanager:9093' },
  });
  const ollama = checked(rendered({ profile: 'ollama' }).services['alertwright-ollama']);
  expect(ollama).toMatchObject({
    mode: 'auto',
    model: { name: 'qwen3:4b', timeoutSeconds: 600 },
    budget: { seconds: 1800 },
  });
  const env = { KUBECONFIG: join(repository, 'deploy/compose/kubeconfig') };
  const real = checked(rendered({ files: realCluster, env }).services['alertwright']);
  expect(real).toMatchObject({ model: 'scripted', mode: 'observe' });
  expect(real.alertmanager.url).toBeUndefined();
});

test('the kubeconfig leads to the cluster beside it, whose scenario is one of ours', () => {
  const kubeconfig = readFileSync(join(repository, 'deploy/compose/kubeconfig'), 'utf8');
  expect(isEmbeddedKubeconfig(kubeconfig)).toBe(true);
  const { cluster } = rendered().services;
  const [verb, , address = '', , scenario] = cluster?.command ?? [];
  expect([verb, scenarioNames()]).toEqual(['cluster', expect.arrayContaining([scenario])]);
  const { clusters } = parse(kubeconfig) as { clusters: { cluster: { server: string } }[] };
  expect(clusters[0]?.cluster.server).toBe(`http://cluster:${address.split(':')[1]}`);
});
