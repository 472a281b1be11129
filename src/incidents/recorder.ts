import type { FinalState, IncidentEvent } from './event.ts';
import type { Incident } from './incident.ts';
import { learnedFrom } from './learned.ts';
import type { IncidentLog } from './log.ts';

/** The pen of one run: writes its events in order, and writes none twice when the run is played again. */
export interface Recorder {
  record(event: IncidentEvent): void;
  /** The last event: what it came to, with what was learned for whoever takes over. */
  close(state: FinalState, summary: string): FinalState;
  /** The incident as its log has it now. It changes from outside too, so read it in a step when it decides the way. */
  current(): Incident;
}

/**
 * Keys count up from the start of the run, so a replay (which comes to the same events in the same order) meets the
 * keys that are there already.
 */
export function createRecorder(log: IncidentLog, incident: string, writer = 'run'): Recorder {
  let count = 0;

  function record(event: IncidentEvent): void {
    count += 1;
    log.append(incident, `${writer}-${count}`, event);
  }

  function current(): Incident {
    const found = log.get(incident);
    if (!found) throw new Error(`incident ${incident} is not in the log`);
    return found;
  }

  return {
    record,
    current,
    close(state, summary) {
      record({ type: 'closed', state, summary, learned: learnedFrom(current()) });
      return state;
    },
  };
}
