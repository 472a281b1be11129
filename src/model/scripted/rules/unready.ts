import type { Decided } from '../decision.ts';
import type { Facts } from '../facts.ts';
import { hangs } from '../symptoms.ts';
import {
  because,
  citeChanges,
  citeStatus,
  escalate,
  restartIsNoHelp,
  rollBack,
  subjectOf,
  suspects,
} from '../verdict.ts';

/** It runs and doesn't answer: after a change of the probe or the port for that reason, else because it hangs. */
export function processHangs(facts: Facts): Decided | undefined {
  const { history } = facts;
  const broken = facts.broken.find(hangs);
  if (!broken) return undefined;
  const probes = facts.warnings.filter(({ line }) => /probe failed/i.test(line)).slice(0, 1);
  const evidence = [citeStatus(broken), ...probes.map(({ id, line }) => ({ id, says: line }))];
  const finding = { summary: `Container ${broken.container} runs, but its probe fails.`, evidence };
  const changes = suspects(facts);
  const probed = changes.filter(({ path }) => /[pP]robe|ports|\b(args|command|image)$| env /.test(path));
  if (history && probed.length > 0) {
    const noHelp = restartIsNoHelp('the same settings would be probed again');
    return rollBack(facts, { ...finding, evidence: [...evidence, citeChanges(history, probed)] }, [noHelp]);
  }
  const target = subjectOf(facts);
  const doubt = whyNotRestart(facts, broken.restarts);
  if (doubt || target.kind !== 'Deployment' || !target.namespace || !history) {
    return escalate(facts, finding, doubt ?? 'what changed is not known', [
      restartIsNoHelp(doubt ?? 'it may not be the process'),
    ]);
  }
  return {
    ...because(facts, { ...finding, evidence: [...evidence, { id: history.id, says: 'no recent change' }] }),
    action: { name: 'restart_workload', target },
    considered: [{ option: 'rollback_workload', rejectedBecause: 'nothing was changed lately' }],
  };
}

function whyNotRestart({ history, settingComplaint }: Facts, restarts: number): string | undefined {
  if (restarts > 2) return 'it was restarted several times already, and that did not help';
  if (settingComplaint) return 'its log complains about a setting';
  const changed = history?.configMaps.find(({ changedAgo }) => changedAgo < 3_600);
  return changed && `ConfigMap ${changed.name} was changed lately`;
}
