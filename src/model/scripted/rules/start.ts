import type { Decided } from '../decision.ts';
import type { Facts } from '../facts.ts';
import { cannotStart, missingConfiguration } from '../symptoms.ts';
import { citeChanges, citeStatus, escalate, restartIsNoHelp, rollBack, subjectOf } from '../verdict.ts';

/** A ConfigMap, a Secret or a key of it that the pod refers to isn't there. */
export function configurationIsMissing(facts: Facts): Decided | undefined {
  const waiting = facts.broken.filter(({ state }) => /^(waiting|not started)/.test(state));
  const inStatus = waiting
    .map(broken => ({ broken, missing: missingConfiguration(broken.state) }))
    .find(({ missing }) => missing);
  const inEvent = facts.warnings
    .map(event => ({ event, missing: missingConfiguration(event.line) }))
    .find(({ missing }) => missing);
  const missing = inStatus?.missing ?? inEvent?.missing;
  if (!missing || waiting.length === 0) return undefined;

  const cited = inStatus ? citeStatus(inStatus.broken) : { id: inEvent!.event.id, says: inEvent!.event.line };
  const { namespace } = subjectOf(facts);
  const finding = {
    summary: `${missing.kind} ${missing.name}, or a key of it, does not exist, and the pods can't start without it.`,
    object: { ...missing, ...(namespace ? { namespace } : {}) },
    evidence: [cited],
  };
  const noHelp = restartIsNoHelp('new pods would wait for the same thing');
  const introduced = facts.history?.changes.filter(({ to }) => namesExactly(to, missing.name)) ?? [];
  if (!facts.history || introduced.length === 0) {
    return escalate(facts, finding, `somebody has to say what ${missing.kind} ${missing.name} should hold`, [
      noHelp,
      { option: 'rollback_workload', rejectedBecause: 'the last change did not bring this reference' },
    ]);
  }
  const evidence = [cited, citeChanges(facts.history, introduced)];
  return rollBack(facts, { ...finding, object: subjectOf(facts), evidence }, [noHelp]);
}

/** The runtime can't execute the container's command. */
export function commandCannotStart(facts: Facts): Decided | undefined {
  const broken = facts.broken.find(cannotStart);
  if (!broken) return undefined;
  const finding = {
    summary: `The command of container ${broken.container} can't be executed.`,
    evidence: [citeStatus(broken)],
  };
  const noHelp = restartIsNoHelp('the command would be the same');
  const changes = facts.history?.changes.filter(({ path }) => / (command|args|image)$/.test(path)) ?? [];
  if (!facts.history || changes.length === 0) {
    return escalate(facts, finding, 'nothing that was changed explains it', [noHelp]);
  }
  return rollBack(facts, { ...finding, evidence: [...finding.evidence, citeChanges(facts.history, changes)] }, [
    noHelp,
  ]);
}

/** No node takes the pods. */
export function podsCannotBePlaced(facts: Facts): Decided | undefined {
  const unplaced = facts.broken.find(({ conditions }) => conditions.some(line => /Unschedulable/.test(line)));
  if (!unplaced) return undefined;
  const says = unplaced.conditions.find(line => /Unschedulable/.test(line))!.trim();
  const finding = { summary: `No node takes the pods: ${says}`, evidence: [{ id: unplaced.id, says }] };
  return escalate(facts, finding, 'more room, or other demands, are a decision for a person', [
    restartIsNoHelp('new pods would find no node either'),
  ]);
}

function namesExactly(value: string, name: string): boolean {
  return value.split(/[^\w.-]+/).includes(name);
}
