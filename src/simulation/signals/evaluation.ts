import { hashOf } from '../../lib/hash.ts';
import type { AlertRule, ClusterView, Finding } from './rules/rule.ts';

/** An alert that fires, or that has stopped firing and has not been forgotten. */
export interface FiringAlert {
  fingerprint: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: number;
  endsAt?: number;
}

/** What a rule has been finding, from the first time to the last. */
interface Tracked {
  rule: AlertRule;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  activeAt: number;
  lastSeenAt: number;
  firedAt?: number;
}

export interface Evaluation {
  /** Looks once. Gives what fires now, and what fired the last time and no longer does (with `endsAt`). */
  evaluate(view: ClusterView, now: number): FiringAlert[];
}

/** Turns findings into alerts: a finding has to last, and an alert ends when its finding is gone. */
export function createEvaluation(rules: readonly AlertRule[]): Evaluation {
  const tracked = new Map<string, Tracked>();

  function see(rule: AlertRule, finding: Finding, now: number): void {
    const labels = { alertname: rule.name, ...told(finding.labels), severity: rule.severity };
    const annotations = { summary: rule.summary, description: finding.description };
    const fingerprint = hashOf(labels);
    const known: Tracked = tracked.get(fingerprint) ?? { rule, labels, annotations, activeAt: now, lastSeenAt: now };
    tracked.set(fingerprint, { ...known, annotations, lastSeenAt: now });
  }

  /** What is remembered counts as if it were there, as it does for Prometheus. */
  function fire(now: number): void {
    for (const one of tracked.values())
      if (one.firedAt === undefined && now - one.activeAt >= one.rule.forMs) one.firedAt = now;
  }

  /** Ends what has not been seen for as long as its rule remembers. */
  function end(now: number): FiringAlert[] {
    const gone = [...tracked].filter(([, one]) => now - one.lastSeenAt > (one.rule.rememberMs ?? 0));
    for (const [fingerprint] of gone) tracked.delete(fingerprint);
    return gone.flatMap(([fingerprint, one]) => asAlert(fingerprint, one)).map(alert => ({ ...alert, endsAt: now }));
  }

  return {
    evaluate(view, now) {
      for (const rule of rules) for (const finding of rule.find(view)) see(rule, finding, now);
      const ended = end(now);
      fire(now);
      return [...[...tracked].flatMap(([fingerprint, one]) => asAlert(fingerprint, one)), ...ended];
    },
  };
}

function asAlert(fingerprint: string, { labels, annotations, firedAt }: Tracked): FiringAlert[] {
  return firedAt === undefined ? [] : [{ fingerprint, labels, annotations, startsAt: firedAt }];
}

/** A label without a value is none. */
function told(labels: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''));
}
