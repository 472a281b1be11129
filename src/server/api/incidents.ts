import { z } from 'zod';
import type { ApprovalAnswer } from '../../approval.ts';
import type { Store } from '../../durable/store.ts';
import { type Incident, isFinal } from '../../incidents/incident.ts';
import { definedOf } from '../../lib/defined.ts';
import { Refusal } from '../refusal.ts';
import { AlertPage } from './alert_answer.ts';
import { alertCursor, alertPage, nextOf, statusFilter } from './alerts.ts';
import { EventPage } from './event_answer.ts';
import { IncidentAnswer, IncidentPage, IncidentState, type IncidentSummary } from './incident_answer.ts';
import { createCursor, largestAnswer, limitOf, readPage } from './paging.ts';
import { type Route, route } from './route.ts';

export interface IncidentsDeps extends Pick<Store, 'incidents' | 'alerts'> {
  answerApproval(incident: string, answer: ApprovalAnswer): void;
}

const cursor = createCursor('incidents');

const IncidentsQuery = z.strictObject({
  open: z.stringbool().meta({ type: 'boolean' }).optional(),
  state: IncidentState.optional(),
  namespace: z.string().optional().describe('The namespace of what they are about.'),
  limit: limitOf(50),
  cursor: cursor.schema,
});

const EventsQuery = z.strictObject({
  afterSeq: z.coerce.number('expected a whole number').int('expected a whole number').min(0).default(0),
  limit: limitOf(500),
});

const OwnAlertsQuery = z.strictObject({ status: statusFilter, limit: limitOf(50), cursor: alertCursor.schema });

const Named = z.strictObject({ id: z.string().max(200) });

const Approval = z.strictObject({
  plan: z.string().min(1).max(100).describe('The hash of the plan that was read; another plan is not touched.'),
  approve: z.boolean(),
  by: z.string().trim().min(1).max(100).describe('Who says so.'),
  reason: z.string().max(1000).default(''),
});

const Taken = z.object({ incident: z.string(), plan: z.string(), approve: z.boolean() });

const ofOne = { method: 'GET', tag: 'incidents', params: Named } as const;
const unknown = { 404: 'There is no such incident.' };

export function incidentRoutes(deps: IncidentsDeps): Route[] {
  return [listRoute, oneRoute, eventsRoute, ownAlertsRoute, approvalRoute].map(make => make(deps));
}

function listRoute({ incidents }: IncidentsDeps): Route {
  return route(
    {
      id: 'listIncidents',
      method: 'GET',
      path: '/api/v1/incidents',
      tag: 'incidents',
      summary: 'Incidents, the newest first',
      query: IncidentsQuery,
      answer: { status: 200, says: 'A page of incidents.', schema: IncidentPage },
    },
    async ({ query: { limit, cursor: from, ...filters } }) => {
      const read = readPage(page => incidents.page({ ...definedOf(filters), ...page }), { limit, cursor: from });
      const { items, next } = await read;
      return { incidents: items.map(summaryOf), ...nextOf(next, cursor.write) };
    },
  );
}

function oneRoute({ incidents }: IncidentsDeps): Route {
  return route(
    {
      ...ofOne,
      id: 'getIncident',
      path: '/api/v1/incidents/{id}',
      summary: 'One incident',
      answer: { status: 200, says: 'The incident, with the first twenty of its alerts.', schema: IncidentAnswer },
      refusals: unknown,
    },
    ({ params }) => find(params.id, incidents),
  );
}

function eventsRoute({ incidents }: IncidentsDeps): Route {
  return route(
    {
      ...ofOne,
      id: 'listIncidentEvents',
      path: '/api/v1/incidents/{id}/events',
      summary: 'All that happened to an incident, in its order',
      query: EventsQuery,
      answer: { status: 200, says: 'A page of events.', schema: EventPage },
      refusals: unknown,
    },
    ({ params, query }) => {
      const { id, seq } = find(params.id, incidents);
      const events = incidents.events(id, { ...query, mostBytes: largestAnswer });
      const last = events.at(-1)?.seq ?? seq;
      return { events, ...(last < seq ? { next: last } : {}) };
    },
  );
}

function ownAlertsRoute({ incidents, alerts }: IncidentsDeps): Route {
  return route(
    {
      ...ofOne,
      id: 'listIncidentAlerts',
      path: '/api/v1/incidents/{id}/alerts',
      summary: 'All alerts of an incident, the newest first',
      query: OwnAlertsQuery,
      answer: { status: 200, says: 'A page of alerts.', schema: AlertPage },
      refusals: unknown,
    },
    async ({ params, query: { limit, cursor: from, status } }) => {
      const filters = { incident: find(params.id, incidents).id, ...definedOf({ status }) };
      return alertPage(await readPage(page => alerts.page({ ...filters, ...page }), { limit, cursor: from }));
    },
  );
}

function approvalRoute({ incidents, answerApproval }: IncidentsDeps): Route {
  return route(
    {
      id: 'answerApproval',
      method: 'POST',
      path: '/api/v1/incidents/{id}/approval',
      tag: 'incidents',
      summary: 'Agree to the plan of an incident, or refuse it',
      params: Named,
      body: Approval,
      answer: { status: 202, says: 'It is passed on.', schema: Taken },
      refusals: { ...unknown, 409: 'The incident does not ask, or asks about another plan.' },
    },
    ({ params, body: { plan, ...answer } }) => {
      const incident = find(params.id, incidents);
      refuseLateAnswer(incident, plan);
      answerApproval(incident.id, { planHash: plan, ...answer });
      return { incident: incident.id, plan, approve: answer.approve };
    },
  );
}

function find(id: string, incidents: IncidentsDeps['incidents']): Incident {
  const incident = incidents.get(id);
  if (incident) return incident;
  throw new Refusal(404, 'not_found', `there is no incident ${id.slice(0, 100)}`);
}

function summaryOf({ alerts, alertCount, decision, plan, learned, evidence, ...rest }: Incident): IncidentSummary {
  return {
    ...rest,
    alerts: alertCount,
    ...(decision ? { cause: decision.rootCause.summary } : {}),
    ...(plan ? { plan: { hash: plan.hash, says: plan.says } } : {}),
  };
}

/** The run would pass over such an answer in silence; whoever gave it should hear. */
function refuseLateAnswer({ id, state, plan }: Incident, hash: string): void {
  if (state !== 'awaiting_approval')
    throw new Refusal(409, 'not_awaiting', `incident ${id} is ${isFinal(state) ? 'over' : 'not asking'}: ${state}`);
  if (plan?.hash !== hash)
    throw new Refusal(409, 'other_plan', `incident ${id} asks about plan ${plan?.hash}, not about ${hash}`);
}
