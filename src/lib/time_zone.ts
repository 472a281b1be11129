/** What a clock on the wall shows. `weekday` is 0 on Sunday. */
export interface WallTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  weekday: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Whether there is such a zone, by its IANA name. */
export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return /^[A-Za-z][A-Za-z0-9._+-]*(\/[A-Za-z0-9._+-]+)*$/.test(name) && name.toLowerCase() !== 'local';
  } catch {
    return false;
  }
}

export function wallTime(ms: number, zone: string): WallTime {
  const date = new Date(ms + offsetAt(ms, zone));
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    weekday: date.getUTCDay(),
  };
}

/** The first moment of a day there; where its midnight is skipped, what comes after it. */
export function startOfDay(zone: string, year: number, month: number, day: number): number {
  const asUtc = Date.UTC(year, month - 1, day);
  const guess = asUtc - offsetAt(asUtc, zone);
  const start = asUtc - offsetAt(guess, zone);
  const skipped = asUtc - (start + offsetAt(start, zone));
  return start + Math.max(0, skipped);
}

/** `2026-03-01T10:00:00+01:00`; `Z` for UTC. */
export function zonedTimestamp(ms: number, zone: string): string {
  const offset = offsetAt(ms, zone);
  const text = new Date(ms + offset).toISOString().slice(0, 19);
  if (zone === 'UTC') return `${text}Z`;
  const minutes = Math.abs(offset) / 60_000;
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${text}${offset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/** Milliseconds that the wall is ahead of UTC. */
function offsetAt(ms: number, zone: string): number {
  if (zone === 'UTC') return 0;
  const parts = new Map(
    formatOf(zone)
      .formatToParts(ms)
      .map(({ type, value }) => [type as string, Number(value)]),
  );
  const part = (name: string) => parts.get(name) ?? 0;
  const seconds = Math.floor(ms / 1000) * 1000;
  const wall = [part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second')] as const;
  return Date.UTC(...wall) - seconds;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const numeric = 'numeric';
  const fields = {
    year: numeric,
    month: numeric,
    day: numeric,
    hour: numeric,
    minute: numeric,
    second: numeric,
  } as const;
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', ...fields });
  formats.set(zone, format);
  return format;
}
