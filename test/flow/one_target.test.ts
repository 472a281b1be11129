import { expect, onTestFinished, test } from 'vitest';
import type { Deployment } from '../../src/kubernetes/objects.ts';
import { startLab } from '../../src/lab.ts';
import { silentLog } from '../../src/lib/log.ts';
import { loadScenario } from '../../src/simulation/scenario/load.ts';
import { startChatServer } from '../support/chat_server.ts';
import { alertFor } from '../support/incidents.ts';

test('two incidents that decide about one target at the same moment change it once', async () => {
  const target = { kind: 'Deployment', namespace: 'shop', name: 'checkout' };
  const decision = {
    rootCause: { summary: 'a guess', object: target },
    evidence: [{ id: 'e1', says: 'it hangs' }],
    action: { name: 'restart_workload', target },
  };
  const chat = await startChatServer(({ messages }) =>
    messages.some(({ role }) => role === 'tool')
      ? { content: JSON.stringify(decision) }
      : { calls: [{ name: 'get_pod_status', arguments: { namespace: 'shop', name: 'checkout' } }] },
  );
  onTestFinished(chat.close);
  const lab = await startLab({ scenario: loadScenario('rejected-setting'), model: chat.model, log: silentLog });
  onTestFinished(lab.close);
  const { incidents } = lab.app.store;
  const closed = new Set<string>();
  const all = new Promise<void>(resolve => {
    incidents.subscribe(event => {
      if (event.type === 'closed' && closed.add(event.incident).size === 2) resolve();
    });
  });
  const startsAt = new Date(lab.clock.now()).toISOString();
  const alerts = ['Slow', 'Wrong'].map(alertname =>
    alertFor({ alertname, namespace: 'shop' }, { fingerprint: alertname, startsAt }),
  );
  await lab.app.receive({ alerts, rejected: [] });
  await all;
  const applied = [...closed].flatMap(id => incidents.events(id).filter(({ type }) => type === 'applied'));
  expect(applied).toHaveLength(1);
  const denied = [...closed].flatMap(id => incidents.events(id).filter(({ type }) => type === 'denied'));
  expect(denied).toHaveLength(1);
  const { items } = await lab.cluster.client.list<Deployment>('deployments.apps', { namespace: 'shop' });
  expect(items.filter(({ metadata }) => metadata.annotations?.['alertwright.dev/incident'])).toHaveLength(1);
});
