const factors: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A Kubernetes quantity ("250m", "128Mi", "1e3") as a number; `undefined` when the text is none. */
export function parseQuantity(text: string): number | undefined {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([numkMGTPE]|[KMGTPE]i)?$/.exec(text);
  if (!match) return undefined;
  return Number(match[1]) * factors[match[2] ?? '']!;
}

/** Bytes as people write them in manifests: "640Mi", "1.5Gi". */
export function formatBytes(bytes: number): string {
  const unit = (['Gi', 'Mi', 'Ki'] as const).find(name => bytes >= factors[name]!);
  return unit ? `${Math.round((bytes / factors[unit]!) * 10) / 10}${unit}` : `${Math.round(bytes)}`;
}
