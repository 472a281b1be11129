import { parseQuantity } from '../../kubernetes/quantity.ts';
import type { Amount } from './amount.ts';
import type { Behaviour, Setting } from './program.ts';

/** What a program can read when it starts. */
export interface Settings {
  env: Readonly<Record<string, string>>;
  /** Contents of mounted files, by path. */
  files: Readonly<Record<string, string>>;
}

export interface Refusal {
  setting: Setting;
  value: string | undefined;
}

/** The first setting that the program doesn't accept: it looks no further. */
export function firstRefusal(behaviour: Behaviour, settings: Settings): Refusal | undefined {
  for (const setting of behaviour.settings) {
    const value = settingValue(settings, setting.name, setting.file);
    if (!accepts(setting, value)) return { setting, value };
  }
  return undefined;
}

/** Seconds of an amount; `undefined` means never. */
export function secondsOf(amount: Amount, settings: Settings): number | undefined {
  if (typeof amount === 'number') return amount;
  const text = settings.env[amount.setting];
  return (text === undefined ? undefined : numberOf(text)) ?? amount.default;
}

export function settingValue(settings: Settings, name: string, file?: string): string | undefined {
  if (file === undefined) return settings.env[name];
  for (const line of (settings.files[file] ?? '').split('\n')) {
    const match = /^\s*([^\s:=#]+)\s*[:=]\s*(.*?)\s*$/.exec(line);
    if (match?.[1] === name) return match[2];
  }
  return undefined;
}

function accepts(setting: Setting, value: string | undefined): boolean {
  if (value === undefined || value === '') return !setting.required;
  if (setting.oneOf && !setting.oneOf.includes(value)) return false;
  if (setting.pattern !== undefined && !new RegExp(`^(?:${setting.pattern})$`).test(value)) return false;
  if (setting.min === undefined && setting.max === undefined) return true;
  const number = numberOf(value);
  return number !== undefined && number >= (setting.min ?? -Infinity) && number <= (setting.max ?? Infinity);
}

const secondsPerUnit: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** "30s" and "5m" are durations here, "512Mi" is an amount of bytes; `undefined` for anything else. */
function numberOf(text: string): number | undefined {
  const duration = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  return duration ? Number(duration[1]) * secondsPerUnit[duration[2]!]! : parseQuantity(text);
}
