import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { RecordedEvent } from '../../src/incidents/event.ts';
import type { Incident } from '../../src/incidents/incident.ts';
import type { Deployment } from '../../src/kubernetes/objects.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { createVirtualClock } from '../../src/lib/virtual_clock.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from '../../src/simulation/embedded_cluster.ts';
import { loadScenario, scenarioNames } from '../../src/simulation/scenario/load.ts';
import { type ChatAnswer, startChatServer } from '../support/chat_server.ts';
import { freePort } from '../support/free_port.ts';
import { cli, startCli } from './run_cli.ts';

test('serve carries an incident on after kill -9, while it asks a person and while it watches its change', async () => {
  const { cluster, clock } = await brokenCluster();
  const port = await freePort();
  const config = writeConfig(port, cluster.kubeconfig(), 'model: scripted');
  const url = `http://127.0.0.1:${port}`;
  const start = () => startService(config);

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

test('serve carries an incident on after kill -9 in the middle of a question to the model, and asks no tool twice', async () => {
  const { cluster, clock } = await brokenCluster();
  const target = await firingWorkload(cluster);
  const decision = {
    rootCause: { summary: 'the last rollout brought it', object: target },
    evidence: [{ id: 'e1', says: 'it is broken since the last rollout' }],
    action: { name: 'rollback_workload', target },
  };
  /** What to do when the model is asked for the first time, the second time, and so on. */
  const whenAsked: (() => unknown)[] = [];
  const chat = await startChatServer(({ messages }): ChatAnswer => {
    whenAsked.shift()?.();
    if (messages.some(({ role }) => role === 'tool')) return { content: JSON.stringify(decision) };
    return { calls: [{ name: 'get_pod_status', arguments: { namespace: target.namespace, name: target.name } }] };
  });
  onTestFinished(chat.close);
  const port = await freePort();
  const model = `model: { url: "${chat.model.baseUrl}", name: ${chat.model.name} }\nmode: auto`;
  const config = writeConfig(port, cluster.kubeconfig(), model);
  const url = `http://127.0.0.1:${port}`;

  const first = await startService(config);
  const cutOff = new Promise(resolve => whenAsked.push(() => resolve(first.kill())));
  cluster.alertTo(`${url}/webhook`);
  await cutOff;

  const second = startService(config);
  // Asked once more for what was cut off; the next question comes after the tool has answered.
  const afterTool = new Promise(resolve => {
    whenAsked.push(
      () => undefined,
      async () => resolve((await second).kill()),
    );
  });
  await afterTool;

  clock.setSpeed(20);
  await startService(config);
  const ended = await incidentWhen(url, ({ closedAt }) => closedAt !== undefined);
  expect(ended).toMatchObject({ state: 'resolved', usage: { turns: 2, calls: 1 } });
  const told = await cluster.client.list('events', { fieldSelector: 'reason=AlertwrightApplied' });
  expect(told.items).toHaveLength(1);
});

/** The Deployment behind the first alert. */
async function firingWorkload({ client }: EmbeddedCluster) {
  const { items } = await client.list<Deployment>('deployments.apps');
  const broken = items.find(
    ({ status }) => status?.conditions?.length && (status.updatedReplicas ?? 0) !== status.readyReplicas,
  );
  if (!broken) throw new Error('expected a deployment that is not whole');
  return { kind: 'Deployment', namespace: broken.metadata.namespace ?? '', name: broken.metadata.name };
}

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

async function startService(config: string) {
  const { child, exit } = startCli(['serve', '--config', config]);
  await once(child.stdout, 'data');
  return { kill: () => child.kill('SIGKILL') && exit };
}

function writeConfig(port: number, kubeconfig: string, more: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'alertwright-killed-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const files = { config: join(folder, 'alertwright.yaml'), kubeconfig: join(folder, 'kubeconfig') };
  writeFileSync(files.kubeconfig, kubeconfig);
  writeFileSync(
    files.config,
    `listen: 127.0.0.1:${port}
dataDir: ${join(folder, 'data')}
cluster: { kubeconfig: ${files.kubeconfig} }
${more}
verify: { watchSeconds: 120, steadySeconds: 3, checkSeconds: 1 }
`,
  );
  return files.config;
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
