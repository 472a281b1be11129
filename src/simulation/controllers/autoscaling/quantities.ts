import { parseQuantity } from '../../../kubernetes/quantity.ts';

/** Thousandths of a unit: what an autoscaler reckons in. A fraction of one counts as one. */
export function milliOf(quantity: string): number {
  return Math.ceil((parseQuantity(quantity) ?? 0) * 1000 - 1e-6);
}

const decimalUnits = ['', 'k', 'M', 'G', 'T', 'P'];
const binaryUnits = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi'];

/** An average of thousandths as the server writes it: memory in powers of two where that can be exact. */
export function quantityOf(milli: number, resource: string): string {
  if (milli % 1000 !== 0) return `${milli}m`;
  const whole = milli / 1000;
  return resource === 'memory' && Math.abs(whole) >= 1024
    ? written(whole, 1024, binaryUnits)
    : written(whole, 1000, decimalUnits);
}

function written(whole: number, step: number, units: readonly string[]): string {
  let amount = whole;
  let unit = 0;
  while (amount !== 0 && amount % step === 0 && unit < units.length - 1) {
    amount /= step;
    unit += 1;
  }
  return `${amount}${units[unit]}`;
}
