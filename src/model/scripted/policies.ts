import type { Conversation, WantedCall } from './conversation.ts';
import { type Decided, decisionText, type Named } from './decision.ts';
import { readFacts } from './facts.ts';
import { nextReads } from './reads.ts';
import { diagnose } from './rules.ts';

/** What a policy says in one turn: calls, or the decision as text. */
export interface Reply {
  text: string;
  calls: WantedCall[];
}

export type Policy = (conversation: Conversation) => Reply;

/** By the name that a client asks for. None of them is a language model. */
export const policies: ReadonlyMap<string, Policy> = new Map([
  ['scripted-diagnostician', diagnostician],
  ['null', nothing],
  ['always-restart', alwaysRestart],
]);

/** Looks until there is nothing left that would tell it more, then decides by rule. */
function diagnostician(conversation: Conversation): Reply {
  const facts = readFacts(conversation);
  const calls = nextReads(conversation, facts);
  return calls.length > 0 ? { text: '', calls } : decide(diagnose(facts));
}

/** A control: looks at nothing and does nothing. */
function nothing(conversation: Conversation): Reply {
  return decide({
    rootCause: { summary: 'Not looked into: this control looks at nothing.', object: objectOf(conversation) },
    evidence: [],
    action: { name: 'escalate', reason: 'this control does nothing' },
    considered: [],
  });
}

/** A control: restarts whatever the alert names, after one look. */
function alwaysRestart(conversation: Conversation): Reply {
  const calls = conversation.evidence.length === 0 ? nextReads(conversation, readFacts(conversation)).slice(0, 1) : [];
  if (calls.length > 0) return { text: '', calls };
  const { kind, namespace, name } = conversation.subject;
  const target = kind && namespace && name ? { kind, namespace, name } : undefined;
  return decide({
    rootCause: { summary: 'Not known: this control restarts whatever alerts.', object: objectOf(conversation) },
    evidence: conversation.evidence.map(({ id }) => ({ id, says: 'read, and not understood' })),
    action: target
      ? { name: 'restart_workload', target }
      : { name: 'escalate', reason: 'the alert names no workload that could be restarted' },
    considered: [],
  });
}

function decide(decided: Decided): Reply {
  return { text: decisionText(decided), calls: [] };
}

function objectOf({ subject }: Conversation): Named {
  const { kind = 'Unknown', namespace, name = subject.pod ?? 'unknown' } = subject;
  return { kind, name, ...(namespace ? { namespace } : {}) };
}
