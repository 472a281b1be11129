import { expect, test } from 'vitest';
import { askingIncident, bench, webhookBody } from './support.ts';

test("Prometheus is told how much there is and what has happened, without the names of anybody's objects", async () => {
  const desk = bench();
  const { id } = await askingIncident(desk);
  const cost = { cached: false, ageMs: 0, tokens: 150, requests: 3, bytes: 9000 };
  desk.store.incidents.append(id, 'x', { type: 'rejected', planHash: 'p', by: 'ada', reason: '' });
  await desk.server.inject({ method: 'POST', url: '/webhook', body: webhookBody('till-1') });
  await desk.settled();
  const other = desk.store.incidents.list()[0]!.id;
  desk.store.incidents.append(other, 'a', { type: 'investigation_started', model: 'm', tools: 1 });
  for (const [key, cached] of [
    ['b', false],
    ['c', true],
  ] as const)
    desk.store.incidents.append(other, key, {
      type: 'tool_answered',
      evidence: key,
      tool: 'get_pod_status',
      args: { namespace: 'shop' },
      answer: 'well',
      failed: false,
      ms: 500,
      cost: { ...cost, cached },
    });

  const answer = await desk.server.inject('/metrics');
  expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = answer.body.trimEnd().split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'alertwright_alerts_firing 2',
      'alertwright_incidents_open 2',
      'alertwright_incidents_opened_total 2',
      'alertwright_tool_calls_total{tool="get_pod_status",outcome="answered",cached="false"} 1',
      'alertwright_tool_calls_total{tool="get_pod_status",outcome="answered",cached="true"} 1',
      'alertwright_tool_seconds_total{tool="get_pod_status"} 1',
      'alertwright_tool_read_bytes_total{tool="get_pod_status"} 9000',
      'alertwright_tool_requests_total{tool="get_pod_status"} 3',
      'alertwright_tool_tokens_total{tool="get_pod_status"} 300',
    ]),
  );
  expect(answer.body).not.toMatch(/shop|cart|till/);
  for (const line of lines)
    expect(line).toMatch(/^(# (HELP|TYPE) alertwright_\w+ .+|alertwright_\w+(\{.*\})? [\d.]+)$/);
});
