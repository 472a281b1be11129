import { type Alert, isSameFiring } from '../alerts/alert.ts';
import { namespaceOf } from '../alerts/subject.ts';
import type { Store } from '../durable/store.ts';
import { mostListed } from '../incidents/alert_list.ts';
import type { IncidentEvent } from '../incidents/event.ts';
import type { Incident } from '../incidents/incident.ts';
import { definedOf } from '../lib/defined.ts';

/**
 * The incidents that one delivery is about, as they will be once it is filed. A storm about one thing is written once,
 * not alert by alert.
 */
export interface Desk {
  get(incident: string): Incident | undefined;
  /** The newest incident with this fold key. */
  newestWith(foldKey: string): Incident | undefined;
  open(incident: string, event: Extract<IncidentEvent, { type: 'opened' }>): void;
  join(incident: string, alert: Alert, because: string): void;
  /** The same, and the incident is about its place from here on. */
  joinStorm(incident: string, alert: Alert, because: string): void;
  resolve(incident: string, alert: Alert): void;
  /** Writes what happened to each incident, and lists them, once for each alert. */
  file(): { opened: string[]; joined: string[]; resolved: string[] };
}

interface Folder {
  /** As it will be, as far as folding asks. */
  incident: Incident;
  resolved: Alert[];
  /** By the reason. */
  joined: Map<string, Alert[]>;
  /** The reason that made it a storm. */
  storm?: string;
}

const mostNamespaces = 50;

export function createDesk({ incidents }: Pick<Store, 'incidents'>): Desk {
  const folders = new Map<string, Folder>();
  const newest = new Map<string, string | undefined>();
  const filed = { opened: [] as string[], joined: [] as string[], resolved: [] as string[] };

  function take(incident: Incident | undefined): Folder | undefined {
    if (!incident) return undefined;
    const folder = folders.get(incident.id) ?? { incident, resolved: [], joined: new Map() };
    folders.set(incident.id, folder);
    return folder;
  }

  function folderOf(id: string): Folder | undefined {
    return folders.get(id) ?? take(incidents.get(id));
  }

  function newestWith(foldKey: string): Incident | undefined {
    if (!newest.has(foldKey)) newest.set(foldKey, take(incidents.newestWith(foldKey))?.incident.id);
    const id = newest.get(foldKey);
    return id === undefined ? undefined : folderOf(id)?.incident;
  }

  function join(id: string, alert: Alert, because: string): void {
    const folder = folderOf(id)!;
    const others = folder.joined.get(because);
    if (others) others.push(alert);
    else folder.joined.set(because, [alert]);
    folder.incident = { ...folder.incident, firing: folder.incident.firing + 1 };
    filed.joined.push(id);
  }

  return {
    get: id => folderOf(id)?.incident,
    newestWith,
    open(id, event) {
      incidents.append(id, 'opened', event);
      take(incidents.get(id));
      newest.set(event.foldKey, id);
      filed.opened.push(id);
    },
    join,
    joinStorm(id, alert, because) {
      join(id, alert, because);
      const folder = folderOf(id)!;
      folder.storm = because;
      folder.incident = { ...folder.incident, because };
    },
    resolve(id, alert) {
      const folder = folderOf(id);
      if (!folder) return;
      folder.resolved.push(alert);
      folder.incident = { ...folder.incident, firing: folder.incident.firing - 1 };
      filed.resolved.push(id);
    },
    file() {
      for (const [id, folder] of folders) {
        const events = newsIn(folder);
        if (events.length === 0) continue;
        const from = folder.incident.seq + 1;
        incidents.appendAll(
          id,
          events.map((event, index) => ({ key: `intake ${from + index}`, event })),
        );
      }
      return filed;
    },
  };
}

function newsIn({ incident, resolved, joined, storm }: Folder): IncidentEvent[] {
  const ended = [...resolved].sort((a, b) => Number(isListed(b, incident)) - Number(isListed(a, incident)));
  return [
    ...(ended.length > 0 ? [resolvedEvent(ended)] : []),
    ...[...joined].map(
      ([because, alerts]): IncidentEvent => ({
        type: 'alerts_joined',
        count: alerts.length,
        alerts: alerts.slice(0, mostListed),
        namespaces: namespacesOf(alerts),
        because,
        ...(because === storm ? { storm: true } : {}),
      }),
    ),
  ];
}

function resolvedEvent(ended: readonly Alert[]): IncidentEvent {
  const alerts = ended
    .slice(0, mostListed)
    .map(({ fingerprint, startsAt, endsAt = startsAt, endedBecause: because }) => ({
      fingerprint,
      startsAt,
      endsAt,
      ...definedOf({ because }),
    }));
  return { type: 'alerts_resolved', count: ended.length, alerts };
}

function isListed(alert: Alert, { alerts }: Incident): boolean {
  return alerts.some(other => isSameFiring(other, alert));
}

function namespacesOf(alerts: readonly Alert[]): string[] {
  const names = alerts.map(namespaceOf).filter(name => name !== undefined);
  return [...new Set(names)].slice(0, mostNamespaces);
}
