import type { Clock } from '../../src/lib/clock.ts';
import type { MetricsSource } from '../../src/simulation/api/client.ts';
import type { FiringAlert } from '../../src/simulation/signals/evaluation.ts';

/** What was scraped and what fired, look by look. */
export interface Recording {
  intervalMs: number;
  /** Values by series; `undefined` where there was none. */
  series: Map<string, (number | undefined)[]>;
  /** Labels of the alerts that fired, by look. */
  firing: Record<string, string>[][];
}

const intervalMs = 30_000;

/** Scrapes just after each evaluation, and notes what the built-in evaluator says. */
export async function record(
  cluster: { clock: Clock; metrics: MetricsSource; firing(): readonly FiringAlert[] },
  looks: number,
): Promise<Recording> {
  const series: Recording['series'] = new Map();
  const firing: Recording['firing'] = [];
  const base = cluster.clock.now() + intervalMs;
  for (let look = 0; look < looks; look++) {
    await cluster.clock.sleep(intervalMs);
    const text = (await cluster.metrics('/metrics')) ?? '';
    for (const [name, value] of samplesOf(text)) {
      const values = series.get(name) ?? [];
      // Prometheus' tests begin at the epoch.
      values[look] = name.startsWith('kube_job_status_start_time') ? value - base / 1000 : value;
      series.set(name, values);
    }
    firing.push(cluster.firing().map(({ labels }) => labels));
  }
  return { intervalMs, series, firing };
}

function samplesOf(text: string): [string, number][] {
  const lines = text.split('\n').filter(line => line !== '' && !line.startsWith('#'));
  return lines.map(line => {
    const cut = line.lastIndexOf(' ');
    return [line.slice(0, cut), Number(line.slice(cut + 1))];
  });
}

/** The test that promtool is to run: the same samples, and at every look the same alerts. */
export function promtoolTest(
  { series, firing }: Recording,
  options: { rules: string; alerts: string[]; used: RegExp },
) {
  const { rules, alerts, used } = options;
  const looks = firing.length;
  const inputs = [...series].filter(([name]) => used.test(name));
  return {
    rule_files: [rules],
    evaluation_interval: '30s',
    tests: [
      {
        interval: '30s',
        input_series: inputs.map(([name, values]) => ({ series: name, values: valuesText(values, looks) })),
        alert_rule_test: Array.from({ length: looks }, (_, look) =>
          alerts.map(alertname => ({
            eval_time: `${look * 30}s`,
            alertname,
            exp_alerts: (firing[look] ?? [])
              .filter(labels => labels['alertname'] === alertname)
              .map(({ alertname: _name, ...labels }) => ({ exp_labels: labels })),
          })),
        ).flat(),
      },
    ],
  };
}

/** A series that ends has a marker there, as a scrape leaves one. */
function valuesText(values: readonly (number | undefined)[], looks: number): string {
  return Array.from({ length: looks }, (_, look) => {
    const value = values[look];
    if (value !== undefined) return String(value);
    return look > 0 && values[look - 1] !== undefined ? 'stale' : '_';
  }).join(' ');
}
