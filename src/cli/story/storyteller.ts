import type { RecordedEvent } from '../../incidents/event.ts';
import { type Incident, transition } from '../../incidents/incident.ts';
import { stopwatch } from '../../lib/clock.ts';
import { layOut, type Page } from './passage.ts';
import { tell } from './tell.ts';
import { sinceStart } from './text.ts';

export interface StoryOptions extends Page {
  /** Measures the wall time of a story that is told while it happens. */
  stopwatch?: () => () => number;
}

/** Takes events as they come, of one incident or of several, and gives the lines to print. */
export type Storyteller = (event: RecordedEvent) => string[];

export function createStoryteller({ width, paint, stopwatch: measure }: StoryOptions): Storyteller {
  const incidents = new Map<string, { incident: Incident; elapsed: (() => number) | undefined }>();
  let speaking: string | undefined;

  return event => {
    const known = incidents.get(event.incident);
    const incident = transition(known?.incident, event);
    const elapsed = known ? known.elapsed : measure?.();
    incidents.set(event.incident, { incident, elapsed });

    const passage = tell(event, incident, elapsed?.());
    if (!passage) return [];
    const since = sinceStart(Date.parse(event.at) - Date.parse(incident.openedAt));
    const changed = incidents.size > 1 && speaking !== event.incident;
    speaking = event.incident;
    return [...(changed ? ['', header(event.incident)] : []), ...layOut(passage, since, { width, paint })];
  };

  function header(id: string): string {
    return paint('faint', `── ${id} ${'─'.repeat(Math.max(0, width - id.length - 4))}`);
  }
}

/** A storyteller for what is happening now. */
export function createLiveStoryteller(page: Page): Storyteller {
  return createStoryteller({ ...page, stopwatch });
}
