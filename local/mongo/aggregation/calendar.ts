import { type CodeName, MongoError } from '../errors.ts';

/**
 * Dates on the calendar of a time zone. A local time is a Date whose UTC fields are what a clock in
 * the zone shows; a zone is an offset, a name of the IANA time zone database, or undefined for UTC.
 */
export function toLocal(date: Date, zone: string | undefined): Date {
  return dateAt(date.getTime() + offsetAt(date.getTime(), zone));
}

/** MongoDB's dates go further than JavaScript's; bson writes one beyond the range of these as 1970. */
export function dateAt(time: number, code: CodeName = 'Overflow'): Date {
  const date = new Date(time);
  if (!Number.isNaN(date.getTime())) return date;
  throw new MongoError(code, 'date overflow');
}

/**
 * Of a time that the clock skips, the one that the offset before it gives; of one that the clock
 * shows twice, the first to the west of UTC and the second to the east.
 */
export function fromLocal(local: Date, zone: string | undefined): Date {
  const time = dateAt(local.getTime()).getTime();
  const guess = dateAt(time - offsetAt(time, zone)).getTime();
  const offset = offsetAt(guess, zone);
  const found = dateAt(time - offset);
  const again = offsetAt(found.getTime(), zone);
  return again === offset ? found : dateAt(time - Math.min(offset, again));
}

/** In milliseconds, to the east of UTC. */
export function offsetAt(time: number, zone: string | undefined): number {
  if (zone === undefined || isUtc(zone)) return 0;
  const match = /^([+-])(\d{2})(?::?(\d{2}))?$/.exec(zone);
  if (match) {
    const [, sign, hours, minutes = '0'] = match;
    return (Number(hours) * 60 + Number(minutes)) * MINUTE * (sign === '-' ? -1 : 1);
  }
  const parts = formatter(zone).formatToParts(time);
  const at = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((part) => part.type === type)!.value);
  const clock = Date.UTC(
    at('year'),
    at('month') - 1,
    at('day'),
    at('hour'),
    at('minute'),
    at('second'),
  );
  return clock - Math.floor(time / 1000) * 1000;
}

export function isUtc(zone: string): boolean {
  return ['UTC', 'GMT', 'Z', 'Etc/UTC'].includes(zone);
}

const MINUTE = 60_000;
export const DAY = 86_400_000;

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known) return known;
  try {
    const made = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formatters.set(zone, made);
    return made;
  } catch {
    throw new MongoError('Location40485', `unrecognized time zone identifier: "${zone}"`);
  }
}

export interface Fields {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
}

/** Fields beyond their range carry over. `Date.UTC` alone takes the years 0 to 99 for 1900 to 1999. */
export function localOf(fields: Partial<Fields> & { year: number }): Date {
  const { year, month = 1, day = 1, hour = 0, minute = 0, second = 0, millisecond = 0 } = fields;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second, millisecond);
  return date;
}

export function fieldsOf(local: Date): Fields {
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
    millisecond: local.getUTCMilliseconds(),
  };
}

/** A month that is too short ends with its last day: 31 January and a month are 28 February. */
export function addMonths(local: Date, months: number): Date {
  const { year, month, day, ...time } = fieldsOf(local);
  const { day: lastDay } = fieldsOf(localOf({ year, month: month + months + 1, day: 0 }));
  return localOf({ year, month: month + months, day: Math.min(day, lastDay), ...time });
}

export function dayOfYear(local: Date): number {
  return dayNumber(local) - dayNumber(localOf({ year: local.getUTCFullYear() })) + 1;
}

/** Days since 1970. */
export function dayNumber(local: Date): number {
  return Math.floor(local.getTime() / DAY);
}

/** Weeks begin with Sunday; the days before the first one are week 0. */
export function weekOfYear(local: Date): number {
  return Math.floor((dayOfYear(local) + 6 - local.getUTCDay()) / 7);
}

export function isoDayOfWeek(local: Date): number {
  return local.getUTCDay() || 7;
}

/** A week belongs to the year of its Thursday. */
export function isoWeek(local: Date): { year: number; week: number } {
  const thursday = new Date(local.getTime() + (4 - isoDayOfWeek(local)) * DAY);
  return { year: thursday.getUTCFullYear(), week: Math.ceil(dayOfYear(thursday) / 7) };
}

export function fromIsoWeek(year: number, week: number, day: number): Date {
  const fourth = localOf({ year, day: 4 });
  return new Date(fourth.getTime() + ((week - 1) * 7 + day - isoDayOfWeek(fourth)) * DAY);
}
