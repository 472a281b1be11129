import { expect } from 'vitest';
import type { RecordedEvent } from '../../src/incidents/event.ts';
import type { Incident } from '../../src/incidents/incident.ts';
import type { Scene } from './scene.ts';

/** An alert as Alertmanager's API has it. */
export interface TheirAlert {
  fingerprint: string;
  startsAt: string;
  labels: Record<string, string>;
  status: { state: string };
}

/** An alert as ours has it. */
export interface OurAlert {
  fingerprint: string;
  startsAt: string;
  status: 'firing' | 'resolved';
  incident: string;
}

async function json<T>(url: string, headers: Record<string, string> = {}): Promise<T> {
  const response = await fetch(url, { headers });
  if (!response.ok) throw new Error(`expected ${url} to answer, got ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

/** What a running alertwright says, to whoever has its token. */
function ask<T>({ ports, token }: Scene, path: string): Promise<T> {
  return json(`http://127.0.0.1:${ports.alertwright}${path}`, { authorization: `Bearer ${token}` });
}

/** Whether Alertmanager's token opens what is only the operator's: the status of the answer. */
export async function askAsAlertmanager({ ports, deliveryToken }: Scene): Promise<number> {
  const headers = { authorization: `Bearer ${deliveryToken}` };
  return (await fetch(`http://127.0.0.1:${ports.alertwright}/api/v1/incidents`, { headers })).status;
}

/** All alerts that alertwright knows, page by page. */
export async function ourAlerts(scene: Scene): Promise<OurAlert[]> {
  const all: OurAlert[] = [];
  for (let cursor = ''; ; ) {
    const page = await ask<{ alerts: OurAlert[]; next?: string }>(scene, `/api/v1/alerts?limit=100${cursor}`);
    all.push(...page.alerts);
    if (!page.next) return all;
    cursor = `&cursor=${encodeURIComponent(page.next)}`;
  }
}

export async function incidents(scene: Scene): Promise<Incident[]> {
  const { incidents: listed } = await ask<{ incidents: { id: string }[] }>(scene, '/api/v1/incidents?limit=200');
  return Promise.all(listed.map(({ id }) => ask<Incident>(scene, `/api/v1/incidents/${id}`)));
}

export async function eventsOf(scene: Scene, { id }: Incident): Promise<RecordedEvent[]> {
  return (await ask<{ events: RecordedEvent[] }>(scene, `/api/v1/incidents/${id}/events`)).events;
}

export function theirAlerts({ ports }: Scene): Promise<TheirAlert[]> {
  return json(`http://127.0.0.1:${ports.alertmanager}/api/v2/alerts`);
}

/** Names of what Prometheus finds firing. */
export async function firingRules({ ports }: Scene): Promise<string[]> {
  type Answer = { data: { alerts: { state: string; labels: Record<string, string> }[] } };
  const { data } = await json<Answer>(`http://127.0.0.1:${ports.prometheus}/api/v1/alerts`);
  return data.alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels['alertname'] ?? '');
}

export interface PushedAlert {
  labels: Record<string, string>;
  startsAt: string;
  endsAt?: string;
}

/** Gives Alertmanager alerts, as Prometheus does. */
export async function push({ ports }: Scene, alerts: readonly PushedAlert[]): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${ports.alertmanager}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(alerts),
  });
  expect(response.status).toBe(200);
}
