import type { Alertmanager } from './alertmanager/alertmanager.ts';
import type { Delivery } from './alerts/payload.ts';
import { type ApprovalAnswer, approvalTopic } from './approval.ts';
import type { Workflow } from './durable/engine.ts';
import { openSqliteStore } from './durable/sqlite/open_store.ts';
import type { Store } from './durable/store.ts';
import { createIncidentCare } from './incident_care.ts';
import { createRecorder } from './incidents/recorder.ts';
import { type CatchUp, type CatchUpRules, type CatchUpState, createCatchUp } from './intake/catch_up.ts';
import { incidentWorkflow } from './intake/place_alert.ts';
import { createIntake, type Intake } from './intake/receive.ts';
import type { FoldingLimits } from './intake/take_in.ts';
import { createLookout } from './intake/whereabouts.ts';
import { assemble, type Keep } from './lib/assembly.ts';
import { handle } from './pipeline.ts';
import { keepFor } from './retention.ts';
import { openSenses, type SensesSettings } from './senses.ts';
import { createStages, type StageParts, type StageSettings } from './stages.ts';
import type { ToolDesk } from './tools/desk.ts';
import type { Prometheus } from './tools/prometheus/prometheus.ts';

/** What the application is put together from. Whoever starts it builds these, and closes them after it. */
export interface AppParts extends StageParts {
  /** All that send alerts here, to catch up with what was missed. */
  alertmanagers?: readonly Alertmanager[];
  /** For the tool that queries it. */
  prometheus?: Prometheus | undefined;
}

export interface AppSettings extends StageSettings, SensesSettings {
  /** The database file, or `:memory:`. */
  database: string;
  folding: FoldingLimits;
  catchUp: CatchUpRules;
  /** How long what is over is kept; for ever when absent. */
  keepMs?: number;
}

export interface App {
  store: Store;
  clock: StageParts['clock'];
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

/** Starts everything behind the doors: the store with its runs, the senses and the stages, and what takes alerts in. */
export async function startApp(parts: AppParts, settings: AppSettings): Promise<App> {
  const { close: stop, ...app } = await assemble(async keep => {
    const { clock, log, alertmanagers = [] } = parts;
    const workflows: Record<string, Workflow> = {
      [incidentWorkflow]: run => handle(run, createRecorder(store.incidents, run.id), stages),
    };
    const store = openSqliteStore({ path: settings.database, clock, log, workflows });
    keep(store.close);
    const senses = await openSenses({ ...parts, alertmanagers }, settings, store, keep);
    const stages = createStages(parts, settings, store, senses);
    keep(store.engine.stop);

    const care = createIncidentCare(store, log);
    const intake = openIntake(parts, settings, store, care.onTaken);
    keep(intake.stop);
    const catchUp = openCatchUp({ ...parts, alertmanagers }, settings, store, intake);
    if (catchUp) keep(catchUp.stop);

    store.engine.start();
    intake.start();
    catchUp?.start();
    forget(parts, settings, store, keep);
    care.resume();
    return {
      ...behindTheDoors(store, intake, catchUp),
      clock,
      toolDesk: senses.tools.desk,
    };
  });
  return { ...app, stop };
}

function openIntake(
  { cluster, clock, log }: AppParts,
  { folding }: AppSettings,
  store: Store,
  onTaken: Parameters<typeof createIntake>[0]['onTaken'],
): Intake {
  return createIntake({ store, clock, log, limits: folding, lookout: createLookout({ cluster, clock, log }), onTaken });
}

function openCatchUp(
  { alertmanagers, clock, log }: AppParts & { alertmanagers: readonly Alertmanager[] },
  { catchUp: rules }: AppSettings,
  store: Store,
  intake: Intake,
): CatchUp | undefined {
  if (alertmanagers.length === 0) return undefined;
  return createCatchUp({ alertmanagers, book: store.alerts, intake, clock, log, rules });
}

function forget({ clock, log }: AppParts, { keepMs }: AppSettings, store: Store, keep: Keep): void {
  if (keepMs !== undefined) keep(keepFor(keepMs, { store, clock, log }));
}

function behindTheDoors(
  store: Store,
  intake: Intake,
  catchUp: CatchUp | undefined,
): Pick<App, 'store' | 'receive' | 'settled' | 'answerApproval' | 'catchUp'> {
  return {
    store,
    receive(delivery) {
      catchUp?.heard(delivery);
      return intake.receive(delivery);
    },
    settled: intake.settled,
    answerApproval: (incident, answer) =>
      store.engine.send(incident, approvalTopic, answer, `${answer.planHash} by ${answer.by}`),
    ...(catchUp ? { catchUp: catchUp.state } : {}),
  };
}
