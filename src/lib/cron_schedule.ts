import { isTimeZone, startOfDay, wallTime } from './time_zone.ts';

/** When something is due, again and again. */
export interface Schedule {
  /** The first time after `ms`; `undefined` when there is none within five years. */
  next(ms: number): number | undefined;
}

interface Bounds {
  min: number;
  max: number;
  names?: readonly string[];
}

interface Field {
  values: ReadonlySet<number>;
  /** Nothing was asked for: `*` or `?`. */
  isAny: boolean;
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const fieldBounds: readonly Bounds[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: months },
  { min: 0, max: 6, names: days },
];
const descriptors: Record<string, string> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const minute = 60_000;
const fiveYears = 5 * 366 * 24 * 60 * minute;

/**
 * Reads the five fields of cron, or a word such as `@hourly`, as CronJobs take them; the problem is said in their
 * words. Between times that a clock change skips or repeats it goes by the clock on the wall of `timeZone`.
 */
export function parseSchedule(text: string, timeZone = 'UTC'): Schedule | { problem: string } {
  const [, zone, rest] = /^(?:CRON_)?TZ=(\S*)\s+(.*)$/.exec(text) ?? [];
  if (zone !== undefined) {
    if (!isTimeZone(zone)) return { problem: `provided bad location ${zone}: unknown time zone ${zone}` };
    return parseSchedule(rest ?? '', zone);
  }
  try {
    return text.startsWith('@every ') ? everyDuration(text) : fiveFields(text, timeZone);
  } catch (error) {
    if (error instanceof Unreadable) return { problem: error.message };
    throw error;
  }
}

class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

function everyDuration(text: string): Schedule {
  const units: Record<string, number> = { h: 3_600_000, m: minute, s: 1000 };
  const duration = text.slice('@every '.length);
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)([hms])/g)];
  if (parts.map(([part]) => part).join('') !== duration || parts.length === 0) {
    throw new Unreadable(`failed to parse duration ${text}: time: invalid duration "${duration}"`);
  }
  const length = parts.reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (units[unit] ?? 0), 0);
  const delay = Math.max(1000, Math.floor(length / 1000) * 1000);
  return { next: ms => Math.floor(ms / 1000) * 1000 + delay };
}

function fiveFields(text: string, timeZone: string): Schedule {
  if (text.startsWith('@') && !Object.hasOwn(descriptors, text)) {
    throw new Unreadable(`unrecognized descriptor: ${text}`);
  }
  const words = (descriptors[text] ?? text).split(/\s+/).filter(word => word !== '');
  if (words.length !== 5) {
    throw new Unreadable(`expected exactly 5 fields, found ${words.length}: [${words.join(' ')}]`);
  }
  const [minutes, hours, dates, monthsOfYear, weekdays] = fieldBounds.map((bounds, index) =>
    field(words[index] ?? '', bounds),
  ) as [Field, Field, Field, Field, Field];
  const isDay = (day: number, weekday: number) =>
    dates.isAny || weekdays.isAny
      ? dates.values.has(day) && weekdays.values.has(weekday)
      : dates.values.has(day) || weekdays.values.has(weekday);

  /** That time, when it is due; else the next one worth looking at. */
  function later(ms: number): number {
    const wall = wallTime(ms, timeZone);
    if (!monthsOfYear.values.has(wall.month)) return startOfDay(timeZone, wall.year, wall.month + 1, 1);
    if (!isDay(wall.day, wall.weekday)) return startOfDay(timeZone, wall.year, wall.month, wall.day + 1);
    if (!hours.values.has(wall.hour)) return ms + (60 - wall.minute) * minute;
    return minutes.values.has(wall.minute) ? ms : ms + minute;
  }

  return {
    next(after) {
      let at = (Math.floor(after / minute) + 1) * minute;
      for (const end = at + fiveYears; at < end; ) {
        const better = later(at);
        if (better === at) return at;
        at = better;
      }
      return undefined;
    },
  };
}

function field(text: string, bounds: Bounds): Field {
  const ranges = text.split(',').filter(part => part !== '');
  const parsed = ranges.map(part => range(part, bounds));
  return { values: new Set(parsed.flatMap(({ values }) => values)), isAny: parsed.some(({ isAny }) => isAny) };
}

function range(text: string, { min, max, names = [] }: Bounds): { values: number[]; isAny: boolean } {
  const [span = '', stepText, ...more] = text.split('/');
  const [low = '', high, ...hyphens] = span.split('-');
  if (hyphens.length > 0) throw new Unreadable(`too many hyphens: ${text}`);
  if (more.length > 0) throw new Unreadable(`too many slashes: ${text}`);
  const isStar = low === '*' || low === '?';
  const start = isStar ? min : numberIn(low, min, names);
  const step = stepText === undefined ? 1 : whole(stepText);
  const single = stepText === undefined ? start : max;
  const end = isStar ? max : high === undefined ? single : numberIn(high, min, names);
  if (start < min) throw new Unreadable(`beginning of range (${start}) below minimum (${min}): ${text}`);
  if (end > max) throw new Unreadable(`end of range (${end}) above maximum (${max}): ${text}`);
  if (start > end) throw new Unreadable(`beginning of range (${start}) beyond end of range (${end}): ${text}`);
  if (step === 0) throw new Unreadable(`step of range should be a positive number: ${text}`);
  const values = Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, index) => start + index * step);
  return { values, isAny: isStar && step === 1 };
}

function numberIn(text: string, min: number, names: readonly string[]): number {
  const index = names.indexOf(text.toLowerCase());
  return index >= 0 ? index + min : whole(text);
}

function whole(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) {
    throw new Unreadable(`failed to parse int from ${text}: strconv.Atoi: parsing "${text}": invalid syntax`);
  }
  if (Number(text) < 0) throw new Unreadable(`negative number (${Number(text)}) not allowed: ${text}`);
  return Number(text);
}
