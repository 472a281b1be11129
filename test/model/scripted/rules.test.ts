import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Model, ModelTurn } from '../../../src/model/model.ts';
import { readConversation } from '../../../src/model/scripted/conversation.ts';
import { policies } from '../../../src/model/scripted/policies.ts';
import { drive, specs, type toolNames } from './drive.ts';

const diagnostician = policies.get('scripted-diagnostician')!;

/** The policy without HTTP in between. */
const model: Model = {
  name: 'scripted-diagnostician',
  async complete({ messages, tools }): Promise<ModelTurn> {
    const reply = diagnostician(
      readConversation({
        model: 'scripted-diagnostician',
        messages: messages.map(message => ({
          role: message.role,
          content: message.content,
          ...('callId' in message ? { tool_call_id: message.callId } : {}),
          ...('toolCalls' in message
            ? { tool_calls: message.toolCalls.map(({ id, name, raw }) => ({ id, function: { name, arguments: raw } })) }
            : {}),
        })),
        tools: tools.map(({ name, inputSchema }) => ({ function: { name, parameters: inputSchema } })),
      }),
    );
    const toolCalls = reply.calls.map(({ name, args }, index) => ({
      id: `${messages.length}-${index}`,
      name,
      arguments: args,
      raw: JSON.stringify(args),
    }));
    return { text: reply.text, toolCalls, usage: { promptTokens: 0, completionTokens: 0 } };
  },
};

type Answers = Partial<Record<(typeof toolNames)[number], string>>;

const decide = async (answers: Answers) =>
  (await drive(model, name => answers[name] ?? 'Nothing is known about that.', undefined, specs)).decision;

const status = (container: string, revision = 'revision 4, the current one', old = '3m') =>
  `Deployment shop/cart: 1 of 2 replicas ready, 1 of the current revision, 1 available.
1 pod of ReplicaSet cart-7d9f (${revision}): Running, 0/1 containers ready, ${old} old, on node-a: cart-7d9f-x2x4z
${container}`;

const history = (
  changes: string,
  good = 'The last good revision is 3: it still has ready pods.',
  age = '3m',
  before = '2d',
) =>
  `Deployment shop/cart has 2 revisions; the current one is 4.
Revision 4 is not healthy: 0 of 1 pods ready, 1 made. ${good}
revision 4 (current), made ${age} ago, 0 of 1 pods ready
  changed from revision 3:
    ${changes}
revision 3, made ${before} ago, 1 of 1 pods ready
  the oldest that is kept; container main image registry.example/cart:1`;

const unproven = 'The revision before it is 3; none of its pods are left to show whether it was good.';
const memory = 'container main resources.limits.memory: 128Mi -> 64Mi';
const level = 'container main env LOG_LEVEL: info -> loud';

const killed = `  main: waiting, CrashLoopBackOff: back-off 40s restarting failed container; 4 restarts
    last exit 20s ago with exit code 137, OOMKilled (it needed more memory than its limit of 64Mi)
    image registry.example/cart:1; requests memory 32Mi; limits memory 64Mi`;
const crashed = `  main: waiting, CrashLoopBackOff: back-off 40s restarting failed container; 4 restarts
    last exit 20s ago with exit code 1, Error
    image registry.example/cart:1; no requests; no limits`;
const unpulled = `  main: waiting, ErrImagePull: rpc error: registry.example/cart:2: not found; 0 restarts
    image registry.example/cart:2; no requests; no limits`;
const log = (line: string) =>
  `Log of pod shop/cart-7d9f-x2x4z, container main, the current or last run, last 2 lines:\nstarting\n${line}`;
const roomy =
  'memory on 1 node: 4Gi allocatable, 1Gi requested by pods, 3Gi free.\nA pod that requests 128Mi of memory fits on 1 node.';
const full = roomy.replace(
  'fits on 1 node.',
  'fits on NO node: the most that is free on one open node is 50Mi (node-a).',
);
const image = 'container main image: registry.example/cart:1 -> registry.example/cart:2';

const table: { name: string; answers: Answers; action: string; says?: RegExp }[] = [
  { name: 'nothing can be read', answers: {}, action: 'escalate' },
  {
    name: 'an image that is missing, with a good revision',
    answers: { get_pod_status: status(unpulled), get_deployment_history: history(image) },
    action: 'rollback_workload',
  },
  {
    name: 'the same, but the revision before stood for a moment only',
    answers: { get_pod_status: status(unpulled), get_deployment_history: history(image, unproven, '3m', '5m') },
    action: 'escalate',
    says: /known to have worked/,
  },
  {
    name: 'the same, but the last rollout left the image alone',
    answers: { get_pod_status: status(unpulled), get_deployment_history: history(level) },
    action: 'escalate',
  },
  {
    name: 'a registry that does not answer',
    answers: {
      get_pod_status: status(unpulled.replace('not found', 'dial tcp 10.0.0.1:443: i/o timeout')),
      get_deployment_history: history(image),
    },
    action: 'escalate',
    says: /registry registry.example/,
  },
  {
    name: 'a limit that was lowered',
    answers: { get_pod_status: status(killed), get_deployment_history: history(memory), check_node_capacity: roomy },
    action: 'rollback_workload',
  },
  {
    name: 'a limit that was lowered long ago',
    answers: {
      get_pod_status: status(killed),
      get_deployment_history: history(memory, unproven, '9d', '30d'),
      check_node_capacity: roomy,
    },
    action: 'set_resources',
  },
  {
    name: 'a limit that is too low, and no room',
    answers: { get_pod_status: status(killed), get_deployment_history: history(level), check_node_capacity: full },
    action: 'escalate',
    says: /room/,
  },
  {
    name: 'a limit that is too low, and nobody knows about room',
    answers: { get_pod_status: status(killed), get_deployment_history: history(level) },
    action: 'escalate',
  },
  {
    name: 'a container that takes hours to reach its limit',
    answers: {
      get_pod_status: status(killed, undefined, '20h'),
      get_deployment_history: history(level, unproven, '9d', '30d'),
      check_node_capacity: roomy,
    },
    action: 'escalate',
    says: /leak/,
  },
  {
    name: 'a setting that was changed and is rejected',
    answers: {
      get_pod_status: status(crashed),
      get_deployment_history: history(level),
      get_pod_logs: log('FATAL invalid LOG_LEVEL "loud"'),
    },
    action: 'rollback_workload',
  },
  {
    name: 'a setting that is rejected, while the last change was days ago',
    answers: {
      get_pod_status: status(crashed),
      get_deployment_history: history(level, unproven, '9d', '30d'),
      get_pod_logs: log('FATAL invalid LOG_LEVEL "loud"'),
    },
    action: 'escalate',
  },
  {
    name: 'a crash for want of a database, right after an unrelated rollout',
    answers: {
      get_pod_status: status(crashed),
      get_deployment_history: history(level),
      get_pod_logs: log('FATAL could not connect to db.data.svc:5432: connection refused'),
    },
    action: 'escalate',
    says: /Service db/,
  },
  {
    name: 'a crash because the last rollout pointed it elsewhere',
    answers: {
      get_pod_status: status(crashed),
      get_deployment_history: history('container main env DB_URL: postgres://db:5432 -> postgres://dbx:5432'),
      get_pod_logs: log('FATAL could not connect to dbx:5432: no such host'),
    },
    action: 'rollback_workload',
  },
  {
    name: 'pods of an older revision that are on their way out',
    answers: { get_pod_status: status(crashed, 'revision 3, an older one'), get_deployment_history: history(level) },
    action: 'escalate',
  },
  {
    name: 'a process that keeps failing its probe although it is restarted',
    answers: {
      get_pod_status: status(
        '  main: running for 20s, NOT ready: readiness probe fails (GET /z on port 80); 9 restarts\n    last exit 30s ago with exit code 143, Error (asked to stop)\n    image a:1; no requests; no limits',
      ),
      get_deployment_history: history(level, unproven, '9d', '30d'),
    },
    action: 'escalate',
    says: /restarted several times/,
  },
];

test.each(table)('$name: $action', async ({ answers, action, says }) => {
  const decision = await decide(answers);
  expect(decision.action.name).toBe(action);
  if (says) expect(JSON.stringify(decision.action)).toMatch(says);
  if (action !== 'escalate') expect(decision.considered.map(({ option }) => option)).toContain('restart_workload');
});

test('whatever becomes of the answers, a change rests on the answer that it needs', async () => {
  const damage = fc.record({
    line: fc.nat(12),
    other: fc.constantFrom('', 'something else', '  ', '    x: y', '[e1] ???'),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...table),
      fc.array(damage, { minLength: 1, maxLength: 6 }),
      async (row, damages) => {
        const damaged = new Map(Object.entries(row.answers).map(([tool, text]) => [tool, spoil(text ?? '', damages)]));
        const decision = (await drive(model, name => damaged.get(name) ?? '')).decision;
        const { name } = decision.action;
        expect(decision.evidence.every(({ id }) => /^e\d+$/.test(id))).toBe(true);
        if (name !== 'escalate') expect(decision.evidence.length).toBeGreaterThan(1);
        if (name === 'rollback_workload') expect(damaged.get('get_deployment_history')).toContain(' -> ');
        if (name === 'set_resources') expect(damaged.get('check_node_capacity')).toContain('fits on 1 node');
      },
    ),
    { numRuns: 300 },
  );
});

function spoil(text: string, damages: readonly { line: number; other: string }[]): string {
  return damages
    .reduce((lines, { line, other }) => (line < lines.length ? lines.with(line, other) : lines), text.split('\n'))
    .join('\n');
}

test('a lost line of history never turns into a rollback to a revision that nobody vouched for', async () => {
  const answers = { get_pod_status: status(unpulled), get_deployment_history: history(image) };
  const lines = answers.get_deployment_history.split('\n');
  for (const index of lines.keys()) {
    const damaged = lines.filter((_, at) => at !== index).join('\n');
    const { action } = await decide({ ...answers, get_deployment_history: damaged });
    expect(
      action.name === 'escalate' || (action.name === 'rollback_workload' && action.toRevision === 3),
      damaged,
    ).toBe(true);
  }
});

test('without tools it decides at once, and without knowledge of the workload it calls a person', async () => {
  const { decision, asked, turns } = await drive(model, () => '', undefined, []);
  expect({ action: decision.action.name, asked, turns }).toEqual({ action: 'escalate', asked: [], turns: 1 });
  const lost = await drive(model, () => '', 'Incident: something\n\nAlerts (data):\n- Watchdog (firing)', specs);
  expect({ action: lost.decision.action.name, asked: lost.asked }).toEqual({ action: 'escalate', asked: [] });
});
