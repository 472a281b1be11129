/**
 * Kubernetes quantities: a server writes them in one canonical form (`0.5` becomes `500m`, `1024Mi` becomes `1Gi`), so
 * that equal amounts are equal texts.
 */
const form = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/;

const nano = 1_000_000_000n;

const decimalUnits: readonly (readonly [string, bigint])[] = [
  ['E', nano * 10n ** 18n],
  ['P', nano * 10n ** 15n],
  ['T', nano * 10n ** 12n],
  ['G', nano * 10n ** 9n],
  ['M', nano * 10n ** 6n],
  ['k', nano * 10n ** 3n],
  ['', nano],
  ['m', 1_000_000n],
  ['u', 1_000n],
  ['n', 1n],
];

const binaryUnits: readonly (readonly [string, bigint])[] = [
  ['Ei', nano * 2n ** 60n],
  ['Pi', nano * 2n ** 50n],
  ['Ti', nano * 2n ** 40n],
  ['Gi', nano * 2n ** 30n],
  ['Mi', nano * 2n ** 20n],
  ['Ki', nano * 2n ** 10n],
  ['', nano],
];

const unitSizes = new Map([...decimalUnits, ...binaryUnits]);

/** The canonical text, or undefined when `text` is no quantity. */
export function canonicalQuantity(text: string): string | undefined {
  if (/^[+-]?[\d.]+[eE][+-]?\d+$/.test(text)) return text;
  const [, sign, digits, suffix = ''] = form.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const amount = scaled(digits, unitSizes.get(suffix)!);
  if (amount === 0n) return '0';
  const units = suffix.endsWith('i') ? binaryUnits : decimalUnits;
  const unit = units.find(([, size]) => amount % size === 0n) ?? ['m', 1_000_000n];
  return `${sign === '-' ? '-' : ''}${amount / unit[1]}${unit[0]}`;
}

/** `digits` times `size`, rounded up to the smallest amount that can be written. */
function scaled(digits: string, size: bigint): bigint {
  const [whole = '', fraction = ''] = digits.split('.');
  const divisor = 10n ** BigInt(fraction.length);
  const product = BigInt(`${whole}${fraction}` || '0') * size;
  return (product + divisor - 1n) / divisor;
}
