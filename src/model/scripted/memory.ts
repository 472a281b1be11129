const mebi = 2 ** 20;
const units: Record<string, number> = { '': 1, k: 1e3, M: 1e6, G: 1e9, Ki: 2 ** 10, Mi: mebi, Gi: 2 ** 30 };

/** Bytes of a Kubernetes amount of memory; `undefined` when it is none. */
export function bytesOf(text: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([kMG]|[KMG]i)?$/.exec(text) ?? [];
  return amount === undefined ? undefined : Number(amount) * units[unit ?? '']!;
}

/** Twice as much, in whole Mi. */
export function doubled(bytes: number): string {
  return `${Math.ceil((2 * bytes) / mebi)}Mi`;
}

/** The amount of memory that a list such as "limits cpu 1, memory 64Mi" gives, by the word it begins with. */
export function memoryIn(settings: string, list: 'requests' | 'limits'): string | undefined {
  const part = settings.split(';').find(each => each.trim().startsWith(list));
  return /\bmemory (\S+?)(?:,|$)/.exec(part ?? '')?.[1];
}
