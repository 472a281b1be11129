import { approvalTopic, quietNews } from './approval.ts';
import type { Store } from './durable/store.ts';
import { isQuiet } from './incidents/firing.ts';
import { isFinal } from './incidents/incident.ts';
import { createRecorder } from './incidents/recorder.ts';
import type { TakenIn } from './intake/take_in.ts';
import { messageOf } from './lib/errors.ts';
import type { Log } from './lib/log.ts';

/** Sees to it that no incident is left to nobody, whatever becomes of its run. */
export interface IncidentCare {
  /** Is told what became of alerts. */
  onTaken(taken: Pick<TakenIn, 'opened' | 'resolved'>): void;
  /** Takes up what an earlier process left open. */
  resume(): void;
}

/** More open incidents than these are not looked after when we start. */
const mostOpen = 100_000;

export function createIncidentCare(store: Store, log: Log): IncidentCare {
  return {
    onTaken({ opened, resolved }) {
      for (const incident of opened) lookAfter(incident, store, log);
      for (const incident of new Set(resolved)) tellIfQuiet(incident, store);
    },
    resume() {
      for (const { id } of store.incidents.list({ open: true, limit: mostOpen })) {
        lookAfter(id, store, log);
        tellIfQuiet(id, store);
      }
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
