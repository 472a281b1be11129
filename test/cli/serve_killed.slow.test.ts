import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { RecordedEvent } from '../../src/incidents/event.ts';
import type { Incident } from '../../src/incidents/incident.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { createVirtualClock } from '../../src/lib/virtual_clock.ts';
import { startEmbeddedCluster } from '../../src/simulation/embedded_cluster.ts';
import { loadScenario, scenarioNames } from '../../src/simulation/scenario/load.ts';
import { cli, startCli } from './run_cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'alertwright-killed-'));

test('serve carries an incident on after kill -9, while it asks a person and while it watches its change', async () => {
  const { cluster, clock } = await brokenCluster();
  const port = await freePort();
  const config = writeConfig(port, cluster.kubeconfig());
  const url = `http://127.0.0.1:${port}`;
  const start = async () => {
    const { child, exit } = startCli(['serve', '--config', config]);
    await once(child.stdout, 'data');
    return { kill: () => child.kill('SIGKILL') && exit };
  };

  let service = await start();
  cluster.alertTo(`${url}/webhook`);
  const asking = await incidentWhen(url, ({ state }) => state === 'awaiting_approval');
  await service.kill();

  service = await start();
  const { hash } = asking.plan!;
  expect((await cli(['approve', asking.id, '--plan', hash, '--by', 'ada', '--server', url])).err).toBe('');
  await incidentWhen(url, ({ changed }) => changed);
  await service.kill();

  clock.setSpeed(20);
  service = await start();
  const ended = await incidentWhen(url, ({ closedAt }) => closedAt !== undefined);
  expect(ended).toMatchObject({ id: asking.id, state: 'resolved', health: 'recovered' });

  const { events } = await get<{ events: RecordedEvent[] }>(`${url}/api/v1/incidents/${asking.id}/events`);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  for (const only of ['opened', 'decided', 'approved', 'applied', 'closed'])
    expect(events.filter(({ type }) => type === only)).toHaveLength(1);
});

/** A cluster in this process, at the wall's time, in which a fault has just begun to alert. */
async function brokenCluster() {
  const name = scenarioNames().find(each => loadScenario(each).oracle.outcome === 'resolved')!;
  const clock = createVirtualClock({ start: systemClock.now() - 3_600_000 });
  const cluster = await startEmbeddedCluster({ scenario: loadScenario(name), clock, log: silentLog });
  onTestFinished(async () => {
    await cluster.close();
    clock.stop();
  });
  clock.start();
  await cluster.settle();
  await cluster.injectFault();
  while (cluster.firingAlerts().length === 0) await clock.sleep(5_000);
  await clock.sleep(Math.max(0, systemClock.now() - clock.now()));
  clock.setSpeed(1);
  return { cluster, clock };
}

function writeConfig(port: number, kubeconfig: string): string {
  const files = { config: join(folder, 'alertwright.yaml'), kubeconfig: join(folder, 'kubeconfig') };
  writeFileSync(files.kubeconfig, kubeconfig);
  writeFileSync(
    files.config,
    `listen: 127.0.0.1:${port}
dataDir: ${join(folder, 'data')}
cluster: { kubeconfig: ${files.kubeconfig} }
model: scripted
verify: { watchSeconds: 120, steadySeconds: 3, checkSeconds: 1 }
`,
  );
  return files.config;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function get<T>(url: string): Promise<T> {
  return (await fetch(url)).json() as Promise<T>;
}

/** The first incident, once it is as wanted. */
async function incidentWhen(url: string, wanted: (incident: Incident) => boolean): Promise<Incident> {
  for (let look = 0; look < 400; look += 1) {
    const { incidents } = await get<{ incidents: Incident[] }>(`${url}/api/v1/incidents`);
    const first = incidents.at(-1);
    const incident = first && (await get<Incident>(`${url}/api/v1/incidents/${first.id}`));
    if (incident && wanted(incident)) return incident;
    await systemClock.sleep(250);
  }
  throw new Error('expected the incident to get there within 100 s');
}
