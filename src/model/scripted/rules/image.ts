import type { Decided } from '../decision.ts';
import type { Facts } from '../facts.ts';
import { cannotPull, registryIsAway } from '../symptoms.ts';
import { citeChanges, citeStatus, escalate, restartIsNoHelp, rollBack } from '../verdict.ts';

/** An image can't be pulled, and an earlier revision has another one that worked. */
export function imageCannotBePulled(facts: Facts): Decided | undefined {
  const broken = facts.broken.find(cannotPull);
  if (!broken) return undefined;
  const image = /^image ([^\s;]+)/.exec(broken.settings)?.[1] ?? 'the image';
  const finding = { summary: `The image ${image} can't be pulled.`, evidence: [citeStatus(broken)] };
  const noHelp = restartIsNoHelp('new pods would have to pull the same image');
  const change = facts.history?.changes.find(({ path, to }) => path.endsWith(' image') && to === image);

  if (registryIsAway(broken) && registryOf(change?.from ?? image) === registryOf(image)) {
    const object = { kind: 'Registry', name: registryOf(image) };
    return escalate(facts, { ...finding, object }, `the registry ${object.name} does not answer`, [noHelp]);
  }
  if (!facts.history || !change) {
    return escalate(facts, finding, 'no earlier revision with another image is known', [noHelp]);
  }
  const evidence = [...finding.evidence, citeChanges(facts.history, [change])];
  return rollBack(
    facts,
    { summary: `${finding.summary} The last rollout brought it; before it was ${change.from}.`, evidence },
    [noHelp],
  );
}

function registryOf(image: string): string {
  const [first = ''] = image.split('/');
  return /[.:]|^localhost$/.test(first) && image.includes('/') ? first : 'docker.io';
}
