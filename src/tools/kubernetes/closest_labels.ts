import type { Pod } from '../../kubernetes/objects.ts';
import { nearest } from '../../lib/nearest.ts';
import { plural } from './answer.ts';
import { ownerOf } from './subject.ts';

/** Which pods come closest to a selector that matches none of them, and what they lack; at most two lines. */
export function closestLabels(selector: Record<string, string>, pods: readonly Pod[]): string[] {
  const owners = Map.groupBy(pods, pod => ownerOf(pod).text);
  const candidates = [...owners].map(([owner, of]) => {
    const labels = ownLabels(of[0]!.metadata.labels);
    return { owner, count: of.length, labels, score: closeness(selector, labels) };
  });
  const best = Math.max(0, ...candidates.map(({ score }) => score));
  return candidates
    .filter(({ score }) => score > 0 && score * 2 > best)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, 2)
    .map(({ owner, count, labels }) => `Closest: ${owner} (${plural(count, 'pod')}) ${difference(selector, labels)}.`);
}

/** The labels that a person gave: controllers and the API server add some of their own. */
export function ownLabels(labels: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !added.test(key)));
}

const added =
  /^(pod-template-(hash|generation)|controller-revision-hash|(statefulset|apps|topology)\.kubernetes\.io\/.+)$/;

/** A whole pair counts most, then a key with a value that is nearly the same, then a value under another key. */
function closeness(selector: Record<string, string>, labels: Record<string, string>): number {
  const values = Object.values(labels);
  return Object.entries(selector).reduce((sum, [key, value]) => {
    if (labels[key] === value) return sum + 4;
    const other = labels[key];
    if (other !== undefined && nearest(value, [other]) !== undefined) return sum + 3;
    if (values.includes(value)) return sum + 2;
    return other === undefined ? sum : sum + 1;
  }, 0);
}

function difference(selector: Record<string, string>, labels: Record<string, string>): string {
  const wrong = Object.entries(selector).filter(([key, value]) => labels[key] !== value);
  const differing = wrong.filter(([key]) => key in labels).map(([key, value]) => `${key}=${labels[key]}, not ${value}`);
  const lacking = wrong.filter(([key]) => !(key in labels)).map(([key, value]) => `no label ${key}=${value}`);
  return `has ${[...differing, ...lacking].join('; ')}; its labels are ${labelText(labels)}`;
}

/** "app=web, tier=front". */
export function labelText(labels: Record<string, string>): string {
  const pairs = Object.entries(labels);
  const shown = pairs.slice(0, 8).map(([key, value]) => `${key}=${value}`);
  return pairs.length > 8 ? `${shown.join(', ')} and ${pairs.length - 8} more` : shown.join(', ') || '(none)';
}
