import type { Alertmanager } from './alertmanager/alertmanager.ts';
import type { Delivery } from './alerts/payload.ts';
import { type ApprovalAnswer, approvalTopic, askPerson, quietNews } from './approval.ts';
import type { Run, Workflow } from './durable/engine.ts';
import { openSqliteStore } from './durable/sqlite/open_store.ts';
import type { Store } from './durable/store.ts';
import { execute, undo } from './execution/execute.ts';
import { planAction } from './execution/plan.ts';
import { forbidden, permit } from './guard/permit.ts';
import type { GuardPolicy } from './guard/policy.ts';
import { gatherGuardRequest, readNamespace } from './guard_request.ts';
import { isQuiet } from './incidents/firing.ts';
import { isFinal } from './incidents/incident.ts';
import type { ActionPlan } from './incidents/plan.ts';
import { createRecorder } from './incidents/recorder.ts';
import { type CatchUpRules, type CatchUpState, createCatchUp } from './intake/catch_up.ts';
import { incidentWorkflow } from './intake/place_alert.ts';
import { createIntake } from './intake/receive.ts';
import type { FoldingLimits } from './intake/take_in.ts';
import { createLookout } from './intake/whereabouts.ts';
import type { Budget } from './investigation/budget.ts';
import { investigate } from './investigation/investigate.ts';
import { loadPrompts } from './investigation/prompts.ts';
import type { Cluster } from './kubernetes/cluster.ts';
import { createFairReads, type FairReads } from './kubernetes/fair_reads.ts';
import type { Deployment } from './kubernetes/objects.ts';
import type { Clock } from './lib/clock.ts';
import { messageOf } from './lib/errors.ts';
import type { Log } from './lib/log.ts';
import { createSlots } from './lib/slots.ts';
import type { Model } from './model/model.ts';
import { handle, type Stages } from './pipeline.ts';
import { keepFor } from './retention.ts';
import { type ConnectedTools, connectTools } from './tools/connect.ts';
import type { ToolDesk } from './tools/desk.ts';
import { openExternalServer } from './tools/external/open.ts';
import type { ExternalSettings } from './tools/external/settings.ts';
import { openInstruments } from './tools/instruments.ts';
import type { Prometheus } from './tools/prometheus/prometheus.ts';
import type { Watch } from './verification/judge.ts';
import { verify } from './verification/verify.ts';

/** What the application is put together from. Whoever starts it builds these, and closes them after it. */
export interface AppParts {
  cluster: Cluster;
  model: Model;
  /** All that send alerts here, to catch up with what was missed. */
  alertmanagers?: readonly Alertmanager[];
  /** For the tool that queries it. */
  prometheus?: Prometheus | undefined;
  clock: Clock;
  log: Log;
}

export interface AppSettings {
  /** The database file, or `:memory:`. */
  database: string;
  policy: GuardPolicy;
  budget: Budget & { turnsAtOnce: number };
  watch: Watch;
  approvalTimeoutMs: number;
  folding: FoldingLimits;
  catchUp: CatchUpRules;
  /** MCP servers of others. */
  toolServers: readonly ExternalSettings[];
  /** How long what is over is kept; for ever when absent. */
  keepMs?: number;
}

export interface App {
  store: Store;
  clock: Clock;
  /** Resolves when the delivery is committed; it becomes incidents a moment later. */
  receive(delivery: Pick<Delivery, 'alerts' | 'rejected'> & Partial<Delivery>): Promise<void>;
  /** Resolves once all that was received is in its incidents. */
  settled(): Promise<void>;
  /** How the comparison with Alertmanager's own API goes; absent where none is configured. */
  catchUp?(): CatchUpState;
  toolDesk: ToolDesk;
  /** Passes on what a person said about a plan. */
  answerApproval(incident: string, answer: ApprovalAnswer): void;
  stop(): Promise<void>;
}

/** More open incidents than these are not looked after when we start. */
const mostOpen = 100_000;

/** Starts everything behind the doors: the store with its runs, the tools and the stages. */
export async function startApp(parts: AppParts, settings: AppSettings): Promise<App> {
  const { cluster, clock, log, alertmanagers = [], prometheus } = parts;
  const workflows: Record<string, Workflow> = {
    [incidentWorkflow]: run => handle(run, createRecorder(store.incidents, run.id), stages),
  };
  const store = openSqliteStore({ path: settings.database, clock, log, workflows });
  const reads = createFairReads(cluster);
  const { instruments, close: closeInstruments } = openInstruments({ cluster, clock, log, prometheus });
  const external = settings.toolServers.map(each => openExternalServer(each, { pins: store.toolPins, clock, log }));
  const tools = await connectTools({
    clusterFor: caller => reads.as(caller),
    clock,
    log,
    external,
    instruments: { ...instruments, alerts: { book: store.alerts, alertmanagers } },
  });
  const stages = createStages(parts, settings, store, { tools, reads });
  const intake = createIntake({
    store,
    clock,
    log,
    limits: settings.folding,
    lookout: createLookout({ cluster, clock, log }),
    onTaken: ({ opened, resolved }) => {
      for (const incident of opened) lookAfter(incident, store, log);
      for (const incident of new Set(resolved)) tellIfQuiet(incident, store);
    },
  });
  const catchUp =
    alertmanagers.length === 0
      ? undefined
      : createCatchUp({ alertmanagers, book: store.alerts, intake, clock, log, rules: settings.catchUp });
  store.engine.start();
  intake.start();
  catchUp?.start();
  const stopForgetting = settings.keepMs === undefined ? () => {} : keepFor(settings.keepMs, { store, clock, log });
  for (const { id } of store.incidents.list({ open: true, limit: mostOpen })) {
    lookAfter(id, store, log);
    tellIfQuiet(id, store);
  }
  return {
    store,
    clock,
    receive(delivery) {
      catchUp?.heard(delivery);
      return intake.receive(delivery);
    },
    ...(catchUp ? { catchUp: catchUp.state } : {}),
    settled: intake.settled,
    toolDesk: tools.desk,
    answerApproval: (incident, answer) =>
      store.engine.send(incident, approvalTopic, answer, `${answer.planHash} by ${answer.by}`),
    async stop() {
      stopForgetting();
      await catchUp?.stop();
      await intake.stop();
      await store.engine.stop();
      await tools.close();
      await closeInstruments();
      await reads.close();
      store.close();
    },
  };
}

/** Nobody is to be asked for longer than there is a reason to. */
function tellIfQuiet(id: string, { incidents, engine }: Store): void {
  const incident = incidents.get(id);
  if (incident?.state !== 'awaiting_approval' || !isQuiet(incident)) return;
  engine.send(id, approvalTopic, quietNews, `quiet ${incident.seq}`);
}

/** A run that breaks (a bug, or a workflow that an upgrade has changed) must not leave its incident to nobody. */
function lookAfter(incident: string, store: Store, log: Log): void {
  seeToTheEnd(incident, store, log).catch((error: unknown) => {
    log.error(
      { incident, problem: messageOf(error) },
      'an incident could not be handed over; the next start tries again',
    );
  });
}

async function seeToTheEnd(incident: string, store: Store, log: Log): Promise<void> {
  const problem = await store.engine.result(incident).then(() => 'its run ended too early', messageOf);
  const recorder = createRecorder(store.incidents, incident, 'after the run');
  if (isFinal(recorder.current().state)) return;
  log.error({ incident, problem }, 'an incident could not go on, and goes to a person');
  recorder.close('escalated', `it could not go on: ${problem}`);
}

/** Gives each stage its own tools, and no others. */
function createStages(
  parts: AppParts,
  settings: AppSettings,
  store: Store,
  { tools, reads }: { tools: ConnectedTools; reads: FairReads },
): Stages {
  const { cluster, model, clock, log } = parts;
  const { policy, budget, watch, approvalTimeoutMs } = settings;
  const prompts = loadPrompts();
  const slots = createSlots(budget.turnsAtOnce);
  const execution = {
    cluster,
    ledger: store.effects,
    clock,
    log,
    forbidden: (plan: ActionPlan, target: Deployment) => askAgain(plan, target, policy, cluster),
  };
  return {
    investigate: (run, recorder) =>
      investigate(
        { incident: recorder.current(), run, record: recorder.record, current: recorder.current },
        { model, slots, tools, prompts, budget, clock },
      ),
    plan: action => planAction(action, { cluster, clock }),
    gather: (decision, plan, recorder) =>
      gatherGuardRequest(decision, plan, recorder.current(), { cluster, incidents: store.incidents, policy, clock }),
    permit,
    askPerson: (plan, reason, run: Run, recorder) =>
      askPerson(plan, reason, { run, recorder }, { clock, timeoutMs: approvalTimeoutMs }),
    execute: (granted, incident, signal) =>
      execute(granted, incident, { ...execution, signal }).finally(tools.invalidate),
    verify: (action, changedAt, run, recorder) =>
      verify({ action, incident: run.id, changedAt }, run, recorder.record, {
        cluster: reads.as(run.id, 'urgent'),
        clock,
        incident: store.incidents.get,
        watch,
      }),
    undo: (plan, incident, signal) => undo(plan, incident, { ...execution, signal }).finally(tools.invalidate),
  };
}

/** The guard's word right before a write, with the namespace as it is now. */
async function askAgain(
  plan: ActionPlan,
  target: Deployment,
  policy: GuardPolicy,
  cluster: Cluster,
): Promise<string | undefined> {
  const namespace = await readNamespace(plan.target.namespace, cluster);
  return forbidden({ plan, policy, facts: { target, namespace } });
}
