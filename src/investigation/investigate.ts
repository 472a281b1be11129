import { actionTypes } from '../actions/catalogue.ts';
import { type Run, StepError } from '../durable/engine.ts';
import type { Decision } from '../incidents/decision.ts';
import type { IncidentEvent } from '../incidents/event.ts';
import type { Incident } from '../incidents/incident.ts';
import { type Clock, stopwatch } from '../lib/clock.ts';
import type { Slots } from '../lib/slots.ts';
import { excerpt } from '../lib/text.ts';
import type { Model, ModelTurn } from '../model/model.ts';
import type { ToolRegistry } from '../tools/registry.ts';
import { type Budget, exhausted, type Spent, timeLeft } from './budget.ts';
import { decisionSchema, parseDecision } from './decision_text.ts';
import { incidentText } from './incident_text.ts';
import { look } from './look.ts';
import { createNewsDesk } from './news.ts';
import type { Prompts } from './prompts.ts';
import { createTranscript, type Transcript } from './transcript.ts';

export interface InvestigationDeps {
  model: Model;
  /** For questions to the model, shared by all investigations. A wait for one costs nothing of the budget. */
  slots: Slots;
  tools: ToolRegistry;
  prompts: Prompts;
  budget: Budget;
  clock: Clock;
}

export interface Investigation {
  incident: Incident;
  run: Run;
  record(event: IncidentEvent): void;
  /** The incident as it is by now. */
  current(): Incident;
}

/** Model and tools take turns until there is a decision. No model, or no decision that can be read: a person. */
export async function investigate(investigation: Investigation, deps: InvestigationDeps): Promise<Decision> {
  const { incident, run, record } = investigation;
  const { model, tools, prompts, clock } = deps;
  record({ type: 'investigation_started', model: model.name, tools: tools.offered().length });
  const transcript = createTranscript(
    prompts('investigate', { actions: actionLines(), schema: JSON.stringify(decisionSchema) }),
    await run.step('describe', () => incidentText(incident, clock.now(), prompts)),
  );
  const decision = await converse(transcript, investigation, deps);
  record({ type: 'decided', decision });
  return decision;
}

async function converse(
  transcript: Transcript,
  investigation: Investigation,
  deps: InvestigationDeps,
): Promise<Decision> {
  const { incident, record } = investigation;
  const spent: Spent = { turns: 0, calls: 0, tokens: 0, ms: 0 };
  const desk = createNewsDesk(investigation, deps.prompts);
  for (let repaired = false; ; ) {
    const end = exhausted(spent, deps.budget);
    const news = await desk.latest();
    if (news) transcript.say(news);
    if (end) transcript.say(deps.prompts('last_answer', { spent: end }));
    const turn = await ask(transcript, end !== undefined, spent, { ...investigation, ...deps });
    if ('failure' in turn) return handOver(incident, `the model could not be asked: ${turn.failure}`);

    const calls = transcript.take(turn);
    if (turn.toolCalls.length > 0 && !end) {
      await look(calls, transcript, spent, { ...investigation, tools: deps.tools, mostCalls: deps.budget.calls });
      continue;
    }
    const parsed = parseDecision(turn.text, transcript.evidence);
    if (parsed.ok) return parsed.decision;
    record({ type: 'decision_rejected', problem: parsed.problem });
    if (end || repaired) return handOver(incident, `the model gave no decision that can be read: ${parsed.problem}`);
    repaired = true;
    transcript.say(deps.prompts('repair', { problem: parsed.problem }));
  }
}

/** As much of what a model wrote as an event keeps. */
const longestExcerpt = 2000;

/** One turn of the model, journaled. At the end it is asked without tools, for the shape of a decision. */
async function ask(
  transcript: Transcript,
  atEnd: boolean,
  spent: Spent,
  { run, record, model, slots, tools, budget }: Investigation & InvestigationDeps,
): Promise<ModelTurn | { failure: string }> {
  const request = {
    messages: transcript.messages,
    maxTokens: budget.answerTokens,
    tools: atEnd ? [] : tools.offered(),
    ...(atEnd ? { schema: { name: 'decision', schema: decisionSchema } } : {}),
  };
  try {
    const { ms, ...turn } = await run.step('model', signal =>
      slots.use(async () => {
        const elapsed = stopwatch();
        const inTime = AbortSignal.any([signal, AbortSignal.timeout(timeLeft(spent, budget))]);
        return { ...(await model.complete(request, inTime)), ms: elapsed() };
      }, signal),
    );
    spent.turns += 1;
    spent.tokens += turn.usage.promptTokens + turn.usage.completionTokens;
    spent.ms += ms;
    record({
      type: 'model_answered',
      turn: spent.turns,
      asked: turn.toolCalls.length,
      text: excerpt(turn.text, longestExcerpt),
      ...turn.usage,
      ms,
    });
    return turn;
  } catch (error) {
    if (error instanceof StepError) return { failure: error.message };
    throw error;
  }
}

function handOver({ subject, title }: Incident, reason: string): Decision {
  const { kind = 'Alert', name = title, namespace } = subject;
  return {
    rootCause: { summary: 'not found', object: { kind, name, ...(namespace ? { namespace } : {}) } },
    evidence: [],
    action: { name: 'escalate', reason },
    considered: [],
  };
}

function actionLines(): string {
  return actionTypes.map(({ name, purpose }) => `- ${name}: ${purpose}`).join('\n');
}
