/**
 * Kubernetes quantities: a server writes them in one canonical form (`0.5` becomes `500m`, `1024Mi` becomes `1Gi`), so
 * that equal amounts are equal texts.
 */
const form = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)|[eE]([+-]?\d{1,3}))?$/;

/** What is written like this is canonical as it stands; nearly everything is. */
const plain = /^[1-9]\d{0,2}(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/;

/** Powers of ten, and of 1024. */
const decimalSuffixes = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

const nano = 1_000_000_000n;

/** The largest that a real server can count in powers of 1024. */
const mostBinary = (2n ** 63n - 1n) * nano;

/** The canonical text, or undefined when `text` is no quantity. */
export function canonicalQuantity(text: string): string | undefined {
  if (plain.test(text)) return text;
  const [, sign = '', digits, suffix = '', exponent] = form.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const power = exponent === undefined ? 3 * (decimalSuffixes.indexOf(suffix) - 3) : Number(exponent);
  const step = suffix.endsWith('i') ? binarySuffixes.indexOf(suffix) : undefined;
  if (step === undefined ? isKeptDecimal(digits, power) : isKeptBinary(digits, step)) return text;
  const amount = step === undefined ? inNanos(digits, power, 1n) : binaryAmount(digits, step);
  if (amount === 0n) return '0';
  const isBinary = step !== undefined && amount >= 1024n * nano && amount % nano === 0n;
  return `${sign === '-' ? '-' : ''}${isBinary ? binary(amount) : decimal(amount, exponent !== undefined)}`;
}

/** A real server leaves a decimal alone whose digits it needn't shift. */
function isKeptDecimal(digits: string, power: number): boolean {
  const [whole = '', fraction = ''] = digits.replace(/^0+/, '').split('.');
  const scale = power - fraction.length;
  const shifted = `${whole}${fraction}`;
  return whole !== '' && scale % 3 === 0 && scale >= -9 && shifted.length <= 18 && !shifted.endsWith('000');
}

/** And a whole number that no power of 1024 can divide; it looks at the last three bits only. */
function isKeptBinary(digits: string, step: number): boolean {
  const [whole = '', fraction = ''] = digits.replace(/^0+/, '').split('.');
  return fraction === '' && 14 - whole.length - 3 * step >= 0 && Number(whole) % 8 !== 0;
}

function binaryAmount(digits: string, step: number): bigint {
  const amount = inNanos(digits, 0, 1024n ** BigInt(step));
  return amount > mostBinary ? mostBinary : amount;
}

/** Rounded up to the smallest amount that can be written. */
function inNanos(digits: string, power: number, factor: bigint): bigint {
  const [whole = '', fraction = ''] = digits.split('.');
  const shift = 9 + power - fraction.length;
  const number = BigInt(`${whole}${fraction}` || '0') * factor;
  if (shift >= 0) return number * 10n ** BigInt(shift);
  const divisor = 10n ** BigInt(-shift);
  return (number + divisor - 1n) / divisor;
}

function decimal(amount: bigint, asExponent: boolean): string {
  let [mantissa, power] = [amount, -9];
  while (mantissa % 1000n === 0n && (asExponent || power < 18)) {
    mantissa /= 1000n;
    power += 3;
  }
  if (!asExponent) return `${mantissa}${decimalSuffixes[power / 3 + 3]}`;
  return power === 0 ? String(mantissa) : `${mantissa}e${power}`;
}

function binary(amount: bigint): string {
  let [mantissa, step] = [amount / nano, 0];
  while (mantissa % 1024n === 0n && step < binarySuffixes.length - 1) {
    mantissa /= 1024n;
    step += 1;
  }
  return `${mantissa}${binarySuffixes[step]}`;
}
