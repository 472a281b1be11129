import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ApprovalAnswer } from '../approval.ts';
import { type Incident, isFinal } from '../incidents/incident.ts';
import type { IncidentLog } from '../incidents/log.ts';
import { Refusal } from './refusal.ts';

export interface IncidentsDeps {
  incidents: IncidentLog;
  answerApproval(incident: string, answer: ApprovalAnswer): void;
}

const count = z.coerce.number().int().min(1).max(1000);
const ListQuery = z.strictObject({ open: z.stringbool().optional(), limit: count.default(50) });
const EventsQuery = z.strictObject({ afterSeq: z.coerce.number().int().min(0).default(0), limit: count.default(500) });
const Answer = z.strictObject({
  plan: z.string().min(1).max(100),
  approve: z.boolean(),
  by: z.string().trim().min(1).max(100),
  reason: z.string().max(1000).default(''),
});

interface Named {
  Params: { id: string };
}

export function addIncidents(server: FastifyInstance, { incidents, answerApproval }: IncidentsDeps): void {
  function find(id: string): Incident {
    const incident = incidents.get(id);
    if (incident) return incident;
    throw new Refusal(404, 'not_found', `there is no incident ${id.slice(0, 100)}`);
  }

  server.get('/api/v1/incidents', async request => {
    const { open, limit } = read(ListQuery, request.query);
    return { incidents: incidents.list({ limit, ...(open === undefined ? {} : { open }) }).map(summaryOf) };
  });

  server.get<Named>('/api/v1/incidents/:id', async request => find(request.params.id));

  server.get<Named>('/api/v1/incidents/:id/events', async request => {
    const { id } = find(request.params.id);
    return { events: incidents.events(id, read(EventsQuery, request.query)) };
  });

  server.post<Named>('/api/v1/incidents/:id/approval', async (request, reply) => {
    const { plan, ...answer } = read(Answer, request.body);
    const incident = find(request.params.id);
    refuseLateAnswer(incident, plan);
    answerApproval(incident.id, { planHash: plan, ...answer });
    return reply.code(202).send({ incident: incident.id, plan, approve: answer.approve });
  });
}

/** What a list shows of an incident: without its alerts and its decision, which can be long. */
function summaryOf({ alerts, alertCount, decision, plan, learned, evidence, ...rest }: Incident): object {
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

function read<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw new Refusal(400, 'invalid_request', `${path.join('.') || 'the request'}: ${message}`);
}
