import type { FastifyInstance } from 'fastify';
import { onTestFinished } from 'vitest';
import type { ApprovalAnswer } from '../../src/approval.ts';
import { openSqliteStore } from '../../src/durable/sqlite/open_store.ts';
import type { Store } from '../../src/durable/store.ts';
import { incidentWorkflow } from '../../src/intake/place_alert.ts';
import { createIntake } from '../../src/intake/receive.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { createServer, type ServerDeps } from '../../src/server/server.ts';
import { labSettings } from '../../src/settings.ts';
import type { ToolDesk } from '../../src/tools/desk.ts';
import { decisionFor, planFor } from '../support/incidents.ts';

export interface Bench {
  server: FastifyInstance;
  store: Store;
  /** Resolves once what was received is in its incidents. */
  settled(): Promise<void>;
  /** What was passed on to the runs. */
  answers: { incident: string; answer: ApprovalAnswer }[];
}

/** A server on a real store whose runs are never called: an incident stays where the test puts it. */
export function bench(deps: Partial<ServerDeps> = {}): Bench {
  const workflows = { [incidentWorkflow]: async () => undefined };
  const store = openSqliteStore({ path: ':memory:', clock: systemClock, log: silentLog, workflows });
  const answers: Bench['answers'] = [];
  const intake = createIntake({
    store,
    clock: systemClock,
    log: silentLog,
    limits: labSettings.folding,
    lookout: { known: () => undefined, look: async () => () => undefined },
    onTaken() {},
  });
  const server = createServer({
    store,
    receive: intake.receive,
    clock: systemClock,
    answerApproval: (incident, answer) => answers.push({ incident, answer }),
    toolDesk: deskWith(changedTool),
    checks: {},
    log: silentLog,
    ...deps,
  });
  onTestFinished(async () => {
    await server.close();
    await intake.stop();
    store.close();
  });
  return { server, store, settled: intake.settled, answers };
}

const changedTool = { name: 'look', hash: 'b2', description: 'Looks.' };

/** One server of others, with a tool that waits for somebody to agree to hash b2. */
function deskWith(tool: { name: string; hash: string; description: string }): ToolDesk {
  let agreed = false;
  return {
    list: () => [
      { name: 'built-in', tools: [{ name: 'get_pod_status', state: 'offered', offeredAs: 'get_pod_status' }] },
      {
        name: 'other',
        protocol: '2025-11-25',
        tools: [
          agreed
            ? { ...tool, state: 'offered', offeredAs: 'other_look' }
            : { ...tool, state: 'changed', why: 'it has changed' },
        ],
      },
      { name: 'gone', problem: 'connection refused', tools: [] },
    ],
    confirm({ hash }) {
      if (agreed || hash !== tool.hash) return 'there is nothing to agree to';
      agreed = true;
      return undefined;
    },
  };
}

export function webhookBody(...pods: string[]): object {
  return {
    version: '4',
    status: 'firing',
    receiver: 'alertwright',
    alerts: pods.map(pod => ({
      status: 'firing',
      labels: { alertname: 'KubePodCrashLooping', namespace: 'shop', pod },
      annotations: { summary: `${pod} crashes` },
      startsAt: '2026-11-21T10:00:00Z',
      fingerprint: `f-${pod}`,
    })),
  };
}

/** Takes one alert in, and brings its incident to where it asks a person about a plan. */
export async function askingIncident(
  { server, store, settled }: Bench,
  token = '',
): Promise<{ id: string; plan: string }> {
  await server.inject({
    method: 'POST',
    url: '/webhook',
    body: webhookBody('cart-1'),
    headers: { authorization: `Bearer ${token}` },
  });
  await settled();
  const { id } = store.incidents.list()[0]!;
  const plan = planFor();
  const decision = decisionFor({
    name: 'rollback_workload',
    target: { kind: 'Deployment', namespace: 'shop', name: 'cart' },
  });
  store.incidents.append(id, 'a', { type: 'investigation_started', model: 'test', tools: 1 });
  store.incidents.append(id, 'b', { type: 'decided', decision });
  store.incidents.append(id, 'c', { type: 'planned', plan });
  const expiresAt = '2026-11-21T11:00:00.000Z';
  store.incidents.append(id, 'd', {
    type: 'approval_requested',
    planHash: plan.hash,
    expiresAt,
    reason: 'approve mode',
  });
  return { id, plan: plan.hash };
}
