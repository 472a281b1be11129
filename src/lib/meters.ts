/** Numbers that Prometheus reads: counters that are counted up, and gauges that are read when it asks. */
export interface Meters {
  /** Gives the way to count it. */
  counter(name: string, help: string): (labels?: Labels, by?: number) => void;
  gauge(name: string, help: string, read: () => number): void;
  /** The text exposition format. */
  text(): string;
}

export type Labels = Readonly<Record<string, string>>;

/** A meter has so many sets of labels at most; the rest is counted as one. */
const mostSeries = 200;
const others = '{other="true"}';

export function createMeters(): Meters {
  const families: (() => string[])[] = [];

  return {
    counter(name, help) {
      const series = new Map<string, number>();
      families.push(() => [
        ...head(name, help, 'counter'),
        ...[...series].map(([key, value]) => `${name}${key} ${value}`),
      ]);
      return (labels = {}, by = 1) => {
        const wanted = labelText(labels);
        const key = series.has(wanted) || series.size < mostSeries ? wanted : others;
        series.set(key, (series.get(key) ?? 0) + by);
      };
    },
    gauge(name, help, read) {
      families.push(() => [...head(name, help, 'gauge'), `${name} ${read()}`]);
    },
    text: () => `${families.flatMap(family => family()).join('\n')}\n`,
  };
}

function head(name: string, help: string, type: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return value.replace(/[\\"\n]/g, character => (character === '\n' ? '\\n' : `\\${character}`));
}
