/** An object of the cluster, or beyond it, as a decision names it. */
export interface Named {
  kind: string;
  namespace?: string;
  name: string;
}

/** What an answer of a tool shows, with the id to cite. */
export interface Cited {
  id: string;
  says: string;
}

type Step =
  | { name: 'rollback_workload' | 'restart_workload'; target: Named; toRevision?: number }
  | { name: 'set_resources'; target: Named; container: string; memoryLimit: string; memoryRequest?: string }
  | { name: 'escalate'; reason: string };

/** The final answer, in the shape that the prompt asks for. */
export interface Decided {
  rootCause: { summary: string; object: Named };
  evidence: Cited[];
  action: Step;
  considered: { option: string; rejectedBecause: string }[];
}

const longest = 400;

/** Evidence once for each id, and no sentence longer than a reader wants. */
export function decisionText(decided: Decided): string {
  const evidence = [...new Map(decided.evidence.map(cited => [cited.id, cited])).values()];
  return JSON.stringify({
    ...decided,
    evidence: evidence.map(({ id, says }) => ({ id, says: short(says) })),
    rootCause: { ...decided.rootCause, summary: short(decided.rootCause.summary) },
  });
}

function short(text: string): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  return flat.length <= longest ? flat : `${flat.slice(0, longest - 1)}…`;
}
