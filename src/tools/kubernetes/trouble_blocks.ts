import type { Pod } from '../../kubernetes/objects.ts';
import { clip, enumerate, plural } from './answer.ts';
import { troubleOf } from './pod_trouble.ts';
import { ownerOf } from './subject.ts';

/** What is wrong in many workloads at once: each reason in a line with whom it has, the most frequent first. */
export function troubleBlocks(pods: readonly Pod[], now: number): string[] {
  const groups = new Map<string, { text: string; pods: Pod[] }>();
  for (const pod of pods) {
    const text = troubleOf(pod, now);
    if (text === undefined) continue;
    const key = reasonIn(text);
    const group = groups.get(key) ?? { text, pods: [] };
    group.pods.push(pod);
    groups.set(key, group);
  }
  return [...groups.values()].toSorted((a, b) => b.pods.length - a.pods.length).map(blockOf);
}

function blockOf({ text, pods }: { text: string; pods: Pod[] }): string {
  const names = [...new Set(pods.map(pod => ownerOf(pod).name))];
  return `${plural(pods.length, 'pod')} (${enumerate(names, 3)}): ${clip(essence(text), 120)}`;
}

/** Without what leads up to the reason, and what the scheduler says besides it. */
function essence(text: string): string {
  return text
    .replace(/Back-off pulling image ("[^"]+"):(?:.*:)? ([^:]+)$/, '$1: $2')
    .replace(/\.? (no new claims|preemption: ).*$/, '');
}

/** Without what differs between any two pods in the same trouble: names in quotes, numbers, hashes, times. */
function reasonIn(text: string): string {
  return text
    .replace(/"[^"]*"/g, '""')
    .replace(/\bcontainer \S+: /, '')
    .replace(/\d+[smhd]?\b/g, '#');
}
