import type { Report } from './protocol.ts';

/** Holds every life of the workers to what the lives before it have said. */
export interface Referee {
  hear(report: Report): void;
  /** What must not have happened, in words. */
  violations: readonly string[];
  accepted: ReadonlySet<string>;
  results: ReadonlyMap<string, unknown>;
}

const promised = ['triage', 'decide', 'begin', 'apply', 'end', 'verify'];

export function createReferee(): Referee {
  const violations: string[] = [];
  const committed = new Map<string, string>();
  const accepted = new Set<string>();
  const results = new Map<string, unknown>();

  function hear(report: Report): void {
    switch (report.says) {
      case 'accepted':
        accepted.add(report.run);
        break;
      case 'executing':
        if (committed.has(`${report.run} ${report.step}`))
          violations.push(`${report.run} executed ${report.step} again after its result was committed`);
        break;
      case 'committed':
        expectSame(`${report.run} ${report.step}`, report.value);
        break;
      case 'timer':
        if (report.firedAt < report.setAt + report.ms) violations.push(`${report.run} had a timer that fired early`);
        break;
      case 'result':
        expectSame(`${report.run} result`, report.value);
        checkResult(report.run, report.value as Record<string, unknown>);
        results.set(report.run, report.value);
    }
  }

  function expectSame(key: string, value: unknown): void {
    const text = JSON.stringify(value);
    const before = committed.get(key) ?? text;
    if (before !== text) violations.push(`${key}: expected ${before}, got ${text}`);
    committed.set(key, text);
  }

  function checkResult(run: string, result: Record<string, unknown>): void {
    for (const step of promised) {
      if (result[step] === undefined) violations.push(`${run} ended without ${step}`);
      else expectSame(`${run} ${step}`, result[step]);
    }
    const rest = { approval: `yes to ${run}`, apply: 'done', silence: 'timed out' };
    for (const [key, value] of Object.entries(rest)) {
      if (result[key] !== value) violations.push(`${run}: expected ${key} ${value}, got ${String(result[key])}`);
    }
  }

  return { hear, violations, accepted, results };
}
