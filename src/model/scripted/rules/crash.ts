import type { Decided, Named } from '../decision.ts';
import type { Facts } from '../facts.ts';
import type { Change } from '../history.ts';
import { crashes, hangs } from '../symptoms.ts';
import {
  changeText,
  citeChanges,
  citeStatus,
  escalate,
  type Finding,
  restartIsNoHelp,
  rollBack,
  subjectOf,
  suspects,
} from '../verdict.ts';

/** The program says that it doesn't accept a setting, and the last rollout changed one. */
export function settingIsRejected(facts: Facts): Decided | undefined {
  const { settingComplaint: complaint } = facts;
  const broken = facts.broken.find(crashes);
  if (!broken || !complaint) return undefined;
  const changes = suspects(facts).filter(({ path }) => / (env \S+|args|command|image)$|envFrom/.test(path));
  const named = changes.filter(change => isAbout(change, complaint.name, complaint.line));
  // A log that also complains about something it can't reach explains a crash well enough without the setting.
  if (facts.dependencyComplaint && named.length === 0) return undefined;

  const finding: Finding = {
    summary: `Container ${broken.container} ends at start: ${complaint.line}`,
    evidence: [citeStatus(broken), { id: complaint.id, says: complaint.line }],
  };
  return named.length > 0 ? takeBack(facts, finding, named) : blameConfiguration(facts, finding, changes);
}

const sameSettings = restartIsNoHelp('it would read the same settings and end again');

function takeBack(facts: Facts, finding: Finding, changes: Change[]): Decided {
  const cited = facts.history && citeChanges(facts.history, changes);
  return rollBack(facts, { ...finding, evidence: [...finding.evidence, cited] }, [sameSettings]);
}

/** No change names the setting: a ConfigMap may hold it, or another change may have brought the need for it. */
function blameConfiguration(facts: Facts, finding: Finding, changes: Change[]): Decided {
  const object = changedConfigMap(facts);
  if (object) {
    const reason = `ConfigMap ${object.name} was changed last, and that has no revision to go back to`;
    return escalate(facts, { ...finding, object }, reason, [sameSettings]);
  }
  if (changes.length > 0) return takeBack(facts, finding, changes);
  return escalate(facts, finding, 'no recent change of the workload explains it', [sameSettings]);
}

/** The program can't do without something that is away: a change here would not bring it back. */
export function dependencyIsAway(facts: Facts): Decided | undefined {
  const { dependencyComplaint: complaint, hops, history } = facts;
  const broken = facts.broken.find(one => crashes(one) || hangs(one));
  if (!broken || !complaint) return undefined;
  const cited = [citeStatus(broken), { id: complaint.id, says: complaint.line }];
  const redirected = suspects(facts).filter(({ to }) => complaint.host !== undefined && to.includes(complaint.host));
  const noHelp = restartIsNoHelp('what it waits for would still be away');
  if (history && redirected.length > 0) {
    const summary = `Container ${broken.container} was pointed at ${complaint.host}, which can't be reached: ${complaint.line}`;
    return rollBack(facts, { summary, evidence: [...cited, citeChanges(history, redirected)] }, [noHelp]);
  }
  const object = farthest(facts);
  const way = hops.flatMap(({ status, complaint: next }) => [status, next && { id: next.id, says: next.line }]);
  const last = hops.findLast(hop => hop.complaint)?.complaint ?? complaint;
  const summary = `${object.kind} ${object.name} can't be reached: ${last.line}`;
  const finding = { summary, object, evidence: [...cited, ...way.map(one => one && { id: one.id, says: one.says })] };
  return escalate(facts, finding, `${object.kind} ${object.name} has to come back first`, [
    noHelp,
    { option: 'rollback_workload', rejectedBecause: 'no recent change here has to do with what is away' },
  ]);
}

/** The new revision crashes beside the old one that still serves: whatever it is, the rollout brought it. */
export function crashAfterChange(facts: Facts): Decided | undefined {
  const { history } = facts;
  const broken = facts.broken.find(crashes);
  if (broken?.current !== true || !history?.stillServes || history.changes.length === 0) return undefined;
  const finding = {
    summary: `Container ${broken.container} crashes since the last rollout: ${history.changes.map(changeText).join(', ')}.`,
    evidence: [citeStatus(broken), citeChanges(history, history.changes)],
  };
  return rollBack(facts, finding, [restartIsNoHelp('it crashes at every start')]);
}

/** A ConfigMap of the workload that was changed after the workload was. */
function changedConfigMap(facts: Facts): Named | undefined {
  const { history } = facts;
  const changed = history?.configMaps.find(({ changedAgo }) => changedAgo < history.currentAge);
  const { namespace } = subjectOf(facts);
  return changed && { kind: 'ConfigMap', name: changed.name, ...(namespace ? { namespace } : {}) };
}

function isAbout({ path, from, to }: Change, setting: string | undefined, line: string): boolean {
  const name = path.split(' ').at(-1) ?? '';
  if (setting !== undefined && (name === setting || `${from} ${to}`.includes(setting))) return true;
  return / env \S+$/.test(path) && line.includes(name);
}

/** What lies at the end of the way: a workload of this cluster, a service, or a host outside. */
function farthest(facts: Facts): Named {
  const hop = facts.hops.at(-1);
  if (!hop) return subjectOf(facts);
  if (hop.status?.workload) return { kind: 'Deployment', ...hop.status.workload };
  return hop.service ? { kind: 'Service', ...hop.service } : { kind: 'Host', name: hop.host };
}
