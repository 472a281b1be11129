import type { KubeEvent } from '../../kubernetes/objects.ts';
import { clip, duration } from './answer.ts';
import { lastSeen } from './event_time.ts';

/** What Kubernetes reported about one object, each thing once: warnings first, then the latest. */
export function eventLines(events: readonly KubeEvent[], now: number): string[] {
  const folds = Map.groupBy(events, ({ type, reason, message = '' }) =>
    JSON.stringify([type, reason, message.replace(/\d+/g, '#')]),
  );
  return [...folds.values()]
    .map(same => same.toSorted((a, b) => lastSeen(b) - lastSeen(a)))
    .toSorted(([a], [b]) => Number(isNormal(a!)) - Number(isNormal(b!)) || lastSeen(b!) - lastSeen(a!))
    .map(same => {
      const [latest] = same;
      const times = same.reduce((sum, { series, count }) => sum + (series?.count ?? count ?? 1), 0);
      const often = times > 1 ? ` x${times}, last` : '';
      const message = clip((latest!.message ?? '').replace(/\s+/g, ' ').trim(), 240);
      return `${latest!.type} ${latest!.reason}${often} ${duration(now - lastSeen(latest!))} ago: ${message}`;
    });
}

function isNormal({ type }: KubeEvent): boolean {
  return type === 'Normal';
}
