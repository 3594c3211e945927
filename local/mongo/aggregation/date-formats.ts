import { MongoError } from '../errors.ts';
import {
  dayOfYear,
  type Fields,
  fieldsOf,
  fromIsoWeek,
  fromLocal,
  isoDayOfWeek,
  isoWeek,
  isUtc,
  localOf,
  offsetAt,
  toLocal,
  weekOfYear,
} from './calendar.ts';

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

type Writer = (local: Date, offset: number) => string;

const pad = (length: number, read: (local: Date) => number): Writer => {
  return (local) => String(read(local)).padStart(length, '0');
};

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/dateToString/ */
const writers: Record<string, Writer> = {
  b: (local) => months[local.getUTCMonth()]!.slice(0, 3),
  B: (local) => months[local.getUTCMonth()]!,
  d: pad(2, (local) => local.getUTCDate()),
  G: pad(4, (local) => isoWeek(local).year),
  H: pad(2, (local) => local.getUTCHours()),
  j: pad(3, dayOfYear),
  L: pad(3, (local) => local.getUTCMilliseconds()),
  m: pad(2, (local) => local.getUTCMonth() + 1),
  M: pad(2, (local) => local.getUTCMinutes()),
  S: pad(2, (local) => local.getUTCSeconds()),
  u: pad(1, isoDayOfWeek),
  U: pad(2, weekOfYear),
  V: pad(2, (local) => isoWeek(local).week),
  w: pad(1, (local) => local.getUTCDay() + 1),
  Y: pad(4, (local) => local.getUTCFullYear()),
  z: (_local, offset) => clockOffset(offset),
  Z: (_local, offset) => `${offset < 0 ? '-' : '+'}${String(Math.abs(offset)).padStart(3, '0')}`,
  '%': () => '%',
};

function clockOffset(minutes: number): string {
  const hours = Math.floor(Math.abs(minutes) / 60);
  const digits = (value: number) => String(value).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${digits(hours)}${digits(Math.abs(minutes) % 60)}`;
}

export function formatDate(
  date: Date,
  format: string | undefined,
  zone: string | undefined,
): string {
  const isZoned = zone !== undefined && !isUtc(zone);
  const pattern = format ?? `%Y-%m-%dT%H:%M:%S.%L${isZoned ? '' : 'Z'}`;
  const local = toLocal(date, zone);
  const offset = Math.round(offsetAt(date.getTime(), zone) / 60_000);
  return pattern.replace(/%([\s\S]?)/g, (specifier, letter: string) => {
    if (Object.hasOwn(writers, letter)) return writers[letter]!(local, offset);
    throw new MongoError(
      'Location18536',
      `Invalid format character '${specifier}' in format string`,
    );
  });
}

const readers: Record<string, string> = {
  b: '[A-Za-z]{3}',
  B: '[A-Za-z]+',
  d: '\\d{1,2}',
  G: '\\d{4}',
  H: '\\d{1,2}',
  j: '\\d{1,3}',
  L: '\\d{1,3}',
  m: '\\d{1,2}',
  M: '\\d{1,2}',
  S: '\\d{1,2}',
  u: '[1-7]',
  V: '\\d{1,2}',
  Y: '\\d{4}',
  z: 'Z|[+-]\\d{2}:?\\d{2}',
  Z: '[+-]\\d{3}',
};

/** Reads a date by a format, or by its looks where there is none. */
export function parseDate(
  text: string,
  format: string | undefined,
  zone: string | undefined,
): Date {
  const found = format === undefined ? parseFreely(text) : parseByFormat(text, format);
  if (!found) {
    throw new MongoError('ConversionFailure', `Error parsing date string '${text}'`);
  }
  if (found.zone !== undefined && zone !== undefined) {
    throw new MongoError(
      'ConversionFailure',
      `you cannot pass in a date/time string with time zone information ('${found.zone}') together with a timezone argument`,
    );
  }
  return fromLocal(found.local, found.zone ?? zone);
}

interface Found {
  local: Date;
  zone?: string;
}

const CLOCK = String.raw`(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:[.,](?<fraction>\d{1,9}))?)?`;
const ZONE = String.raw`(?<zone>Z|UTC|GMT|(?:GMT)?[+-]\d{2}(?::?\d{2})?|[ECMP][SD]T)`;
const WEEKDAY = `(?:(?<weekday>[A-Za-z]+),? +)?`;
const TIME = `(?:,? +${CLOCK})?(?: *${ZONE})?`;

/** What is read without a format. MongoDB reads more than that, which is refused here. */
const shapes = [
  String.raw`(?<year>\d{4})-(?<month>\d{1,2})(?:-(?<day>\d{1,2}))?(?:[T ]+${CLOCK})?\s*${ZONE}?`,
  String.raw`${WEEKDAY}(?<month>[A-Za-z]+) +(?<day>\d{1,2}),? +(?<year>\d{4})${TIME}`,
  String.raw`${WEEKDAY}(?<day>\d{1,2}) +(?<month>[A-Za-z]+) +(?<year>\d{4})${TIME}`,
].map((shape) => new RegExp(`^${shape}$`));

/** Of RFC 822, section 5.1. */
const zoneNames: Record<string, string> = {
  EST: '-05:00',
  EDT: '-04:00',
  CST: '-06:00',
  CDT: '-05:00',
  MST: '-07:00',
  MDT: '-06:00',
  PST: '-08:00',
  PDT: '-07:00',
};

function parseFreely(text: string): Found | undefined {
  const trimmed = text.trim();
  const parts = shapes.map((shape) => shape.exec(trimmed)?.groups).find(Boolean);
  if (!parts) return undefined;
  const { year, month, day = 1, hour = 0, minute = 0, second = 0, fraction = '0' } = parts;
  const local = realDate({
    year: Number(year),
    month: /\d/.test(month!) ? Number(month) : monthOf(month!),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    millisecond: Number(fraction.slice(0, 3).padEnd(3, '0')),
  });
  const { weekday, zone } = parts;
  if (!local || (weekday !== undefined && weekdayOf(weekday) !== local.getUTCDay())) {
    return undefined;
  }
  if (zone === undefined) return { local };
  return { local, zone: zoneNames[zone] ?? zone.replace(/^GMT(?=[+-])/, '') };
}

/** Nothing where a field is beyond its range, which would carry over: 31 February, hour 25. */
function realDate(fields: Fields): Date | undefined {
  const local = localOf(fields);
  const found = fieldsOf(local);
  const isReal = Object.entries(fields).every(
    ([key, value]) => found[key as keyof Fields] === value,
  );
  return isReal ? local : undefined;
}

function parseByFormat(text: string, format: string): Found | undefined {
  const letters: string[] = [];
  const pattern = format.replace(/%([\s\S]?)|[\\^$.*+?()[\]{}|]/g, (part, letter?: string) => {
    if (letter === undefined) return `\\${part}`;
    if (letter === '%') return '%';
    if (!Object.hasOwn(readers, letter)) {
      throw new MongoError('Location18536', `Invalid format character '${part}' in format string`);
    }
    letters.push(letter);
    return `(${readers[letter]})`;
  });
  const match = new RegExp(`^${pattern}$`).exec(text);
  if (!match) return undefined;
  const values = new Map(letters.map((letter, i) => [letter, match[i + 1]!]));
  const zone = values.get('z') ?? minuteZone(values.get('Z'));
  const local = assemble(values);
  return local && { local, ...(zone === undefined ? {} : { zone }) };
}

function minuteZone(minutes: string | undefined): string | undefined {
  return minutes === undefined ? undefined : clockOffset(Number(minutes));
}

function assemble(values: Map<string, string>): Date | undefined {
  const number = (letter: string, otherwise: number) => Number(values.get(letter) ?? otherwise);
  const day = dayFrom(values);
  if (!day) return undefined;
  return realDate({
    ...day,
    hour: number('H', 0),
    minute: number('M', 0),
    second: number('S', 0),
    millisecond: number('L', 0),
  });
}

type Day = Pick<Fields, 'year' | 'month' | 'day'>;

/** What was not read, or is no month, is not a number, of which no real date is made. */
function dayFrom(values: Map<string, string>): Day | undefined {
  const number = (letter: string) => Number(values.get(letter) ?? Number.NaN);
  const hasAny = (...letters: string[]) => letters.some((letter) => values.has(letter));
  if (values.has('G')) {
    if (hasAny('Y', 'j', 'm', 'b', 'B', 'd')) return undefined;
    const [year, week] = [number('G'), values.has('V') ? number('V') : 1];
    const date = fromIsoWeek(year, week, values.has('u') ? number('u') : 1);
    const found = isoWeek(date);
    return found.year === year && found.week === week ? fieldsOf(date) : undefined;
  }
  if (hasAny('V', 'u')) return undefined;
  const year = number('Y');
  if (values.has('j')) {
    const date = localOf({ year, day: number('j') });
    return dayOfYear(date) === number('j') ? fieldsOf(date) : undefined;
  }
  const name = values.get('B') ?? values.get('b');
  return { year, month: name === undefined ? number('m') : monthOf(name), day: number('d') };
}

function monthOf(name: string): number {
  const index = indexOf(months, name);
  return index < 0 ? Number.NaN : index + 1;
}

/** From Sunday, which is 0; of no day it is -1. */
export function weekdayOf(name: string): number {
  return indexOf(weekdays, name);
}

/** By the whole name or its first three letters. */
function indexOf(names: string[], name: string): number {
  const wanted = name.toLowerCase();
  return names.findIndex((known) =>
    [known, known.slice(0, 3)].some((n) => n.toLowerCase() === wanted),
  );
}
