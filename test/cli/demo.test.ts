import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { RecordedEvent } from '../../src/incidents/event.ts';
import { type Incident, transition } from '../../src/incidents/incident.ts';
import { loadScenario, scenarioNames } from '../../src/simulation/scenario/load.ts';
import { cli, jsonLines, startCli } from './run_cli.ts';

/** The first scenario in which that is the right end. */
function scenarioThatEnds(outcome: 'resolved' | 'escalated'): string {
  const found = scenarioNames().find(name => loadScenario(name).oracle.outcome === outcome);
  if (!found) throw new Error(`expected a scenario that ends ${outcome}`);
  return found;
}

test('demo --once tells the story and ends well', async () => {
  const { code, out, err } = await cli(['demo', '--once']);
  expect([code, err]).toEqual([0, '']);
  for (const word of ['alert', 'looks', 'concludes', 'plans', 'guard', 'changes', 'verified', 'RESOLVED'])
    expect(out).toMatch(new RegExp(`\\S {2}${word} `));
  expect(out).toMatch(/\n {23,}- \S.*\n {23,}\+ \S/);
  expect(out).toContain('the cluster agrees');
});

test('demo --once --json prints events and nothing else, and they replay to the incident', async () => {
  const { code, out, err } = await cli(['demo', '--once', '--json', '--scenario', scenarioThatEnds('resolved')]);
  expect([code, err]).toEqual([0, '']);
  const events = jsonLines<RecordedEvent>(out);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(events.at(-1)).toMatchObject({ type: 'closed', state: 'resolved' });
  const incident = events.reduce<Incident | undefined>(transition, undefined);
  expect(incident).toMatchObject({ state: 'resolved', changed: true, health: 'recovered' });
});

test('where a person has to be told, telling one is the right end', async () => {
  const { code, out } = await cli(['demo', '--json', '--scenario', scenarioThatEnds('escalated')]);
  expect(code).toBe(0);
  expect(jsonLines<RecordedEvent>(out).at(-1)).toMatchObject({ type: 'closed', state: 'escalated' });
});

test('without --once the cluster stays up for kubectl, until Ctrl-C', async () => {
  const { child, exit } = startCli(['demo']);
  let out = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    out += chunk;
    if (!out.includes('Ctrl-C ends it')) continue;
    const kubeconfig = /KUBECONFIG=(\S+)/.exec(out)![1]!;
    const server = /server: (\S+)/.exec(readFileSync(kubeconfig, 'utf8'))![1];
    const pods = (await (await fetch(`${server}/api/v1/pods`)).json()) as { items: unknown[] };
    expect(pods.items.length).toBeGreaterThan(0);
    const incidents = await fetch(/curl (\S+)/.exec(out)![1]!);
    expect(await incidents.json()).toMatchObject({ incidents: [{ state: 'resolved' }] });
    child.kill('SIGINT');
    expect(await exit).toBe(0);
    expect(existsSync(kubeconfig)).toBe(false);
    return;
  }
  throw new Error(`expected the demo to stay up, got:\n${out}`);
});

test('demo --list names every scenario', async () => {
  const { code, out } = await cli(['demo', '--list']);
  expect(code).toBe(0);
  for (const name of scenarioNames()) expect(out).toContain(`${name}  `);
});

test('an unknown scenario gets a suggestion', async () => {
  const name = scenarioNames()[0]!;
  const { code, err } = await cli(['demo', '--scenario', `${name}x`]);
  expect(code).toBe(2);
  expect(err).toContain(`did you mean "${name}"?`);
});
