/** Metrics in the text format that Prometheus scrapes. */
export interface Family {
  name: string;
  help: string;
  type: 'gauge' | 'counter' | 'histogram';
  samples: Sample[];
}

export interface Sample {
  labels: Labels;
  value: number;
  /** `_bucket`, `_sum` and `_count` of a histogram. */
  suffix?: string;
}

export type Labels = Readonly<Record<string, string>>;

/** What one object says: name, explanation, and its value where it has one. */
export type Column<T> = readonly [name: string, help: string, value: (object: T) => number | undefined];

export function gauge(name: string, help: string, samples: Sample[]): Family {
  return { name, help, type: 'gauge', samples };
}

/** One sample of every object for every column. */
export function table<T>(objects: readonly T[], labelsOf: (object: T) => Labels, columns: Column<T>[]): Family[] {
  const labels = objects.map(labelsOf);
  return columns.map(([name, help, read]) => ({
    name,
    help,
    type: name.endsWith('_total') ? 'counter' : 'gauge',
    samples: objects.flatMap((object, i) => {
      const value = read(object);
      return value === undefined ? [] : [{ labels: labels[i] ?? {}, value }];
    }),
  }));
}

export function exposition(families: readonly Family[], common: Labels = {}): string {
  const lines: string[] = [];
  for (const { name, help, type, samples } of families) {
    if (samples.length === 0) continue;
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    for (const { labels, value, suffix = '' } of samples)
      lines.push(`${name}${suffix}${labelText({ ...labels, ...common })} ${numberText(value)}`);
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function numberText(value: number): string {
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : String(value);
}

/** Seconds since the epoch, of a time on the wire. */
export function secondsAt(time: string | undefined): number | undefined {
  const at = Date.parse(time ?? '');
  return Number.isNaN(at) ? undefined : at / 1000;
}

export function oneIf(condition: boolean): number {
  return condition ? 1 : 0;
}
