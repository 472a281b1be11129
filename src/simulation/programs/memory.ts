import { parseQuantity } from '../../kubernetes/quantity.ts';
import type { Behaviour } from './program.ts';
import { type Settings, settingValue } from './settings.ts';

/** How much memory a running program holds: it fills its base while it starts, and grows from there. */
export interface MemoryCurve {
  /** Bytes, so many seconds after the start. */
  at(seconds: number): number;
  /** Seconds until it holds more than `limit` bytes; `undefined` when it never does. */
  exceeds(limit: number): number | undefined;
}

export function memoryCurve(behaviour: Behaviour, settings: Settings): MemoryCurve {
  const { memory } = behaviour;
  const ramp = Math.max(behaviour.startsIn, 0.01);
  const base = bytes(memory.base) + heldBySetting(behaviour, settings);
  const rate = bytes(memory.perSecond ?? '0');
  const top = Math.max(base, memory.growsTo === undefined ? Infinity : bytes(memory.growsTo));
  return {
    at: seconds => Math.min(top, base * Math.min(1, seconds / ramp) + rate * seconds),
    exceeds(limit) {
      if (limit >= top) return undefined;
      if (limit < base + rate * ramp) return limit / (base / ramp + rate);
      return rate === 0 ? undefined : (limit - base) / rate;
    },
  };
}

function heldBySetting(behaviour: Behaviour, settings: Settings): number {
  const { setting } = behaviour.memory;
  if (!setting) return 0;
  return bytes(settingValue(settings, setting.name) ?? setting.default) * setting.factor;
}

function bytes(quantity: string): number {
  return parseQuantity(quantity) ?? 0;
}

/** How much a running program has written to disk, so many seconds after its start. */
export function diskCurve({ disk }: Behaviour): ((seconds: number) => number) | undefined {
  if (!disk) return undefined;
  const top = disk.growsTo === undefined ? Infinity : bytes(disk.growsTo);
  const base = bytes(disk.base);
  const rate = bytes(disk.perSecond ?? '0');
  return seconds => Math.max(base, Math.min(top, base + rate * seconds));
}
