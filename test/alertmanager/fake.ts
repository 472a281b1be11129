import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { type Alertmanager, readOpenAlert } from '../../src/alertmanager/alertmanager.ts';
import type { Clock } from '../../src/lib/clock.ts';

/** An alert as `GET /api/v2/alerts` has it. */
export interface Listed {
  fingerprint: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
  updatedAt: string;
  endsAt: string;
  generatorURL: string;
  receivers: { name: string }[];
  status: { state: string; silencedBy: string[]; inhibitedBy: string[]; mutedBy?: string[] };
}

export interface FakeAlertmanager {
  /** As in a real one, it is gone after `restart`. */
  put(fingerprint: string, more?: Partial<Listed>): Listed;
  drop(...fingerprints: string[]): void;
  has(fingerprint: string): boolean;
  silence(fingerprint: string): void;
  /** What Prometheus does: sends all that fires again. */
  refresh(): void;
  restart(): void;
  /** What nobody has sent for so long has ended. */
  expire(ms: number): void;
  list(): Listed[];
  startedAt(): number;
}

const since = Date.parse('2026-01-01T00:00:00Z');
const iso = (at: number) => new Date(at).toISOString();

export function createFake(clock: Pick<Clock, 'now'>): FakeAlertmanager {
  const alerts = new Map<string, Listed>();
  let startedAt = since;
  const listed = (fingerprint: string): Listed => ({
    fingerprint,
    labels: { alertname: 'PodCrashes', namespace: 'shop', pod: fingerprint },
    annotations: { summary: 'a pod crashes' },
    startsAt: iso(clock.now() - 120_000),
    updatedAt: iso(clock.now()),
    endsAt: iso(clock.now() + 240_000),
    generatorURL: 'http://prometheus/graph',
    receivers: [{ name: 'ours' }],
    status: { state: 'active', silencedBy: [], inhibitedBy: [] },
  });
  return {
    put(fingerprint, more = {}) {
      const alert = { ...listed(fingerprint), ...more };
      alerts.set(fingerprint, alert);
      return alert;
    },
    drop: (...fingerprints) => fingerprints.forEach(each => void alerts.delete(each)),
    has: fingerprint => alerts.has(fingerprint),
    silence(fingerprint) {
      const alert = alerts.get(fingerprint)!;
      alerts.set(fingerprint, { ...alert, status: { state: 'suppressed', silencedBy: ['s'], inhibitedBy: [] } });
    },
    refresh() {
      for (const [key, alert] of alerts) alerts.set(key, { ...alert, updatedAt: iso(clock.now()) });
    },
    expire(ms) {
      for (const [key, { updatedAt }] of alerts) if (clock.now() - Date.parse(updatedAt) >= ms) alerts.delete(key);
    },
    restart() {
      alerts.clear();
      startedAt = clock.now();
    },
    list: () => [...alerts.values()],
    startedAt: () => startedAt,
  };
}

/** The fake without HTTP, for tests that look thousands of times. */
export function inProcess(fake: FakeAlertmanager, clock: Pick<Clock, 'now'>): Alertmanager {
  return {
    name: 'http://alertmanager',
    async read() {
      const alerts = fake.list().map(alert => readOpenAlert(alert)!);
      return { now: clock.now(), startedAt: fake.startedAt(), alerts, complete: true };
    },
    close: async () => {},
  };
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** The fake as a server on loopback; its `Date` is that of the clock. */
export async function serveFake(fake: FakeAlertmanager, clock: Pick<Clock, 'now'>) {
  const seen: IncomingMessage[] = [];
  const served: { answer?: Answer } = {};
  const server = createServer((request, response) => {
    seen.push(request);
    response.setHeader('date', new Date(clock.now()).toUTCString());
    if (served.answer) return served.answer(request, response);
    const body = { '/api/v2/alerts': fake.list(), '/api/v2/status': { uptime: iso(fake.startedAt()) } }[request.url!];
    response.writeHead(body ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? 'no'));
  });
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return Object.assign(served, { url: `http://127.0.0.1:${port}`, seen });
}
