import type { KubeObject } from '../../../kubernetes/objects.ts';
import type { StatusCause } from '../client.ts';
import type { JsonRecord } from '../json.ts';
import { type Resource, row, samePaths } from '../resource.ts';
import { required, wrong } from '../validation/problem.ts';

/** Events under their newer name: the same objects, whose fields are called otherwise. */
export function eventsView(stored: Resource): Resource {
  return row({
    group: 'events.k8s.io',
    plural: 'events',
    kind: 'Event',
    shortNames: ['ev'],
    ownsNothing: true,
    fields: samePaths(
      'reason',
      'regarding.kind',
      'regarding.namespace',
      'regarding.name',
      'regarding.uid',
      'regarding.apiVersion',
      'regarding.resourceVersion',
      'regarding.fieldPath',
      'reportingController',
      'type',
    ),
    storedAs: {
      resource: stored,
      toStored: object => renamed(object, toStored, 'v1'),
      fromStored: object => renamed(object, fromStored, 'events.k8s.io/v1'),
    },
    validate: (event, before) => (before ? [] : newEventProblems(event as KubeObject & JsonRecord)),
    columns: stored.columns.map(column => ({
      ...column,
      value: (object, now) => column.value(renamed(object, toStored, 'v1'), now),
    })),
  });
}

const toStored: Readonly<Record<string, string>> = {
  regarding: 'involvedObject',
  note: 'message',
  reportingController: 'reportingComponent',
  deprecatedSource: 'source',
  deprecatedFirstTimestamp: 'firstTimestamp',
  deprecatedLastTimestamp: 'lastTimestamp',
  deprecatedCount: 'count',
};

const fromStored = Object.fromEntries(Object.entries(toStored).map(([view, kept]) => [kept, view]));

function renamed(object: KubeObject, names: Readonly<Record<string, string>>, apiVersion: string): KubeObject {
  const entries = Object.entries(object).map(([name, value]) => [names[name] ?? name, value]);
  return { ...(Object.fromEntries(entries) as KubeObject), apiVersion };
}

/** What is asked of those who write events by this name. */
function newEventProblems(event: KubeObject & JsonRecord): StatusCause[] {
  const { eventTime, reportingController, reportingInstance, action, reason, type } = event;
  const missing = (field: string, value: unknown) => (value ? [] : [required(field)]);
  return [
    ...missing('reportingController', reportingController),
    ...missing('reportingInstance', reportingInstance),
    ...missing('action', action),
    ...missing('reason', reason),
    ...missing('eventTime', eventTime),
    ...(type === 'Normal' || type === 'Warning' ? [] : [wrong('type', '', `has invalid value: ${type ?? ''}`)]),
    ...unset(event, 'deprecatedFirstTimestamp', 'firstTimestamp'),
    ...unset(event, 'deprecatedLastTimestamp', 'lastTimestamp'),
    ...unset(event, 'deprecatedCount', 'count'),
  ];
}

function unset(event: JsonRecord, field: string, shown: string): StatusCause[] {
  return event[field] ? [wrong(shown, '', 'needs to be unset')] : [];
}
