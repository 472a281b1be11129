import type { ResourceList } from '../objects.ts';

/** A quantity as exact arithmetic needs it: in billionths, and whether it was written in powers of two. */
export interface Amount {
  nano: bigint;
  binary: boolean;
}

export type Amounts = Record<string, Amount>;

const form = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:([eE][+-]?\d+)|(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei))?$/;
const one = 1_000_000_000n;
const decimal = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const binary = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** `undefined` when the text is no quantity. */
export function parseAmount(text: string): Amount | undefined {
  const [, sign, digits, exponent, suffix = ''] = form.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const isBinary = suffix.endsWith('i');
  const unit = isBinary ? one * 1024n ** BigInt(binary.indexOf(suffix)) : 1000n ** BigInt(decimal.indexOf(suffix));
  const [whole = '', fraction = ''] = digits.split('.');
  const power = Number(exponent?.slice(1) ?? 0) - fraction.length;
  if (Math.abs(power) > 40) return undefined;
  const product = BigInt(`${whole}${fraction}` || '0') * unit * (power > 0 ? 10n ** BigInt(power) : 1n);
  const nano = power < 0 ? roundedUp(product, 10n ** BigInt(-power)) : product;
  return { nano: sign === '-' ? -nano : nano, binary: isBinary };
}

export function amountOf(value: string | number | undefined): Amount {
  return parseAmount(String(value ?? 0)) ?? { nano: 0n, binary: false };
}

export function countOf(count: number): Amount {
  return { nano: BigInt(count) * one, binary: false };
}

function roundedUp(value: bigint, divisor: bigint): bigint {
  return (value + divisor - 1n) / divisor;
}

/** The canonical text: the largest unit that leaves no fraction. */
export function amountText({ nano, binary: isBinary }: Amount): string {
  if (nano < 0n) return `-${amountText({ nano: -nano, binary: isBinary })}`;
  if (nano === 0n) return '0';
  if (isBinary && nano >= 1024n * one) return inUnits(roundedUp(nano, one), 1024n, binary);
  return inUnits(nano, 1000n, decimal);
}

function inUnits(value: bigint, step: bigint, units: readonly string[]): string {
  let [rest, at] = [value, 0];
  while (rest % step === 0n && at < units.length - 1) [rest, at] = [rest / step, at + 1];
  return `${rest}${units[at]}`;
}

/** The sum is written as the first was, unless that is nothing. */
function plus(a: Amount, b: Amount): Amount {
  return { nano: a.nano + b.nano, binary: a.nano === 0n ? b.binary : a.binary };
}

export function minus(a: Amount, b: Amount): Amount {
  return { nano: a.nano - b.nano, binary: a.nano === 0n ? b.binary : a.binary };
}

export function amountsOf(list: ResourceList | undefined): Amounts {
  return Object.fromEntries(Object.entries(list ?? {}).map(([name, value]) => [name, amountOf(value)]));
}

export function textsOf(amounts: Amounts): ResourceList {
  return Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, amountText(amount)]));
}

export function sumOf(a: Amounts, b: Amounts): Amounts {
  const sum = { ...a };
  for (const [name, amount] of Object.entries(b)) sum[name] = sum[name] ? plus(sum[name], amount) : amount;
  return sum;
}

/** Of each name the greater. */
export function maxOf(a: Amounts, b: Amounts): Amounts {
  const max = { ...a };
  for (const [name, amount] of Object.entries(b)) if (amount.nano > (max[name]?.nano ?? -1n)) max[name] = amount;
  return max;
}

/** Only these names. */
export function only(amounts: Amounts, names: ReadonlySet<string>): Amounts {
  return Object.fromEntries(Object.entries(amounts).filter(([name]) => names.has(name)));
}
