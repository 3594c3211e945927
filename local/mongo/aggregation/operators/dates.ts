import { Int32, Long, type ObjectId, type Timestamp } from 'bson';
import { toInteger } from '../../values/numbers.ts';
import { asDocument, bsonType, isNumber } from '../../values/types.ts';
import { isTruthy } from '../../values/values.ts';
import {
  addMonths,
  DAY,
  dateAt,
  dayNumber,
  dayOfYear,
  fieldsOf,
  fromIsoWeek,
  fromLocal,
  isoDayOfWeek,
  isoWeek,
  localOf,
  offsetAt,
  toLocal,
  weekOfYear,
} from '../calendar.ts';
import { formatDate, parseDate, weekdayOf } from '../date-formats.ts';
import {
  isNullish,
  named,
  nameOf,
  type Operator,
  type Operators,
  positional,
  readNamed,
  refuse,
} from './operator.ts';

export const dates: Operators = {
  $year: part((local) => local.getUTCFullYear()),
  $month: part((local) => local.getUTCMonth() + 1),
  $dayOfMonth: part((local) => local.getUTCDate()),
  $dayOfWeek: part((local) => local.getUTCDay() + 1),
  $dayOfYear: part(dayOfYear),
  $hour: part((local) => local.getUTCHours()),
  $minute: part((local) => local.getUTCMinutes()),
  $second: part((local) => local.getUTCSeconds()),
  $millisecond: part((local) => local.getUTCMilliseconds()),
  $week: part(weekOfYear),
  $isoDayOfWeek: part(isoDayOfWeek),
  $isoWeek: part((local) => isoWeek(local).week),
  $isoWeekYear: part((local) => Long.fromNumber(isoWeek(local).year)),

  $dateToParts: named(['date'], ['timezone', 'iso8601'], (args, name) => {
    if (hasNullish(args)) return null;
    const { date, timezone, iso8601 } = args;
    const local = toLocal(readDate(name, date), readZone(timezone));
    const { year, month, day, ...time } = fieldsOf(local);
    const { year: isoWeekYear, week } = isoWeek(local);
    const days = isTruthy(iso8601)
      ? { isoWeekYear, isoWeek: week, isoDayOfWeek: isoDayOfWeek(local) }
      : { year, month, day };
    return Object.fromEntries(
      Object.entries({ ...days, ...time }).map(([key, value]) => [key, new Int32(value)]),
    );
  }),
  $dateFromParts(name, operand, compile) {
    const fields = readNamed(
      name,
      operand,
      [],
      [...dayParts, ...isoDayParts, ...timeParts, 'timezone'],
    );
    if (!Object.hasOwn(fields, 'year') && !Object.hasOwn(fields, 'isoWeekYear')) {
      refuse('Location40516', `${name} requires either 'year' or 'isoWeekYear' to be present`);
    }
    if ([dayParts, isoDayParts].every((keys) => keys.some((key) => Object.hasOwn(fields, key)))) {
      const code = Object.hasOwn(fields, 'year') ? 'Location40489' : 'Location40525';
      refuse(code, `${name} does not allow mixing natural dates with ISO dates`);
    }
    return named([], Object.keys(fields), fromParts)(name, operand, compile);
  },
  $dateToString: named(['date'], ['format', 'timezone', 'onNull'], (args, name) => {
    const { date, format, timezone, onNull } = args;
    if (isNullish(date)) return Object.hasOwn(args, 'onNull') ? onNull : null;
    if (hasNullish({ ...args, onNull: true })) return null;
    return formatDate(readDate(name, date), readFormat(name, format), readZone(timezone));
  }),
  $dateFromString(name, operand, compile) {
    const fields = readNamed(
      name,
      operand,
      ['dateString'],
      ['format', 'timezone', 'onError', 'onNull'],
    );
    const text = compile(fields.dateString);
    const options = ['format', 'timezone']
      .filter((key) => Object.hasOwn(fields, key))
      .map((key) => [key, compile(fields[key])] as const);
    const onNull = compile(fields.onNull ?? null);
    const onError = Object.hasOwn(fields, 'onError') ? compile(fields.onError) : undefined;
    return (environment) => {
      const string = text(environment);
      const args = Object.fromEntries(options.map(([key, node]) => [key, node(environment)]));
      if (isNullish(string)) return onNull(environment);
      if (hasNullish(args)) return null;
      try {
        if (typeof string !== 'string') {
          refuse(
            'ConversionFailure',
            `${name} requires that 'dateString' be a string, found: ${nameOf(string)}`,
          );
        }
        return parseDate(string, readFormat(name, args.format), readZone(args.timezone));
      } catch (error) {
        if (onError) return onError(environment);
        throw error;
      }
    };
  },

  $dateAdd: moved(1),
  $dateSubtract: moved(-1),
  $dateDiff: named(['startDate', 'endDate', 'unit'], ['timezone', 'startOfWeek'], (args, name) => {
    if (hasNullish(inUse(args))) return null;
    const { startDate, endDate, unit, timezone, startOfWeek } = inUse(args);
    const zone = readZone(timezone);
    const [start, end] = [readDate(name, startDate), readDate(name, endDate)];
    const count = ticks(readUnit(unit), zone, start, readWeekday(startOfWeek));
    return Long.fromNumber(count(end) - count(start));
  }),
  $dateTrunc: named(['date', 'unit'], ['binSize', 'timezone', 'startOfWeek'], (args, name) => {
    if (hasNullish(inUse(args))) return null;
    const { date, unit, binSize, timezone, startOfWeek } = inUse(args);
    const size = binSize === undefined ? 1 : readInteger(name, 'binSize', binSize);
    if (size <= 0)
      refuse(
        'Location5439018',
        `${name} requires 'binSize' to be greater than 0, but got value ${size}`,
      );
    return truncate(
      readDate(name, date),
      readUnit(unit),
      size,
      readZone(timezone),
      readWeekday(startOfWeek),
    );
  }),
};

const dayParts = ['year', 'month', 'day'];
const isoDayParts = ['isoWeekYear', 'isoWeek', 'isoDayOfWeek'];
const timeParts = ['hour', 'minute', 'second', 'millisecond'];

/** A default stands for an argument that is not written; one without a value makes all null. */
function hasNullish(args: Record<string, unknown>): boolean {
  return Object.values(args).some(isNullish);
}

/** The day that a week begins with is of no use to other units. */
function inUse(args: Record<string, unknown>): Record<string, unknown> {
  const { startOfWeek: _startOfWeek, ...rest } = args;
  return args.unit === 'week' ? args : rest;
}

function fromParts(args: Record<string, unknown>, name: string): Date | null {
  if (hasNullish(args)) return null;
  const value = (key: string, otherwise: number) =>
    args[key] === undefined ? otherwise : readInteger(name, key, args[key]);
  const day =
    args.isoWeekYear === undefined
      ? localOf({
          year: readYear(value('year', 0)),
          month: value('month', 1),
          day: value('day', 1),
        })
      : fromIsoWeek(value('isoWeekYear', 0), value('isoWeek', 1), value('isoDayOfWeek', 1));
  const time = Object.fromEntries(timeParts.map((key) => [key, value(key, 0)]));
  return fromLocal(localOf({ ...fieldsOf(day), ...time }), readZone(args.timezone));
}

/** `{$year: <date>}` or `{$year: {date, timezone}}`. */
function part(read: (local: Date) => number | Long): Operator {
  const compute = (args: Record<string, unknown>, name: string) => {
    if (hasNullish(args)) return null;
    const found = read(toLocal(readDate(name, args.date), readZone(args.timezone)));
    return typeof found === 'number' ? new Int32(found) : found;
  };
  const byName = named(['date'], ['timezone'], compute);
  const byPlace = positional(1, 1, ([date], name) => compute({ date }, name));
  return (name, operand, compile) => {
    const [first] = Object.keys(asDocument(operand) ?? {});
    const isNamed = first !== undefined && !first.startsWith('$');
    return (isNamed ? byName : byPlace)(name, operand, compile);
  };
}

function readDate(name: string, value: unknown): Date {
  if (value instanceof Date) return value;
  if (bsonType(value) === 'ObjectId') return (value as ObjectId).getTimestamp();
  if (bsonType(value) === 'Timestamp') return new Date((value as Timestamp).t * 1000);
  return refuse('Location16006', `${name} can't convert from BSON type ${nameOf(value)} to Date`);
}

function readZone(zone: unknown): string | undefined {
  if (zone === undefined || typeof zone === 'string') return zone;
  return refuse('Location40517', `timezone must evaluate to a string, found ${nameOf(zone)}`);
}

function readInteger(name: string, key: string, value: unknown): number {
  const integer = isNumber(value) ? toInteger(value) : undefined;
  if (integer !== undefined) return Number(integer);
  return refuse(
    'Location40515',
    `'${key}' must evaluate to an integer, found ${nameOf(value)} in ${name}`,
  );
}

function readYear(year: number): number {
  if (year >= 1 && year <= 9999) return year;
  return refuse(
    'Location40523',
    `'year' must evaluate to an integer in the range 1 to 9999, found ${year}`,
  );
}

function readFormat(name: string, format: unknown): string | undefined {
  if (format === undefined || typeof format === 'string') return format;
  return refuse(
    'Location18533',
    `${name} requires that 'format' be a string, found: ${nameOf(format)}`,
  );
}

type Unit = keyof typeof lengths | keyof typeof calendar;

/** Counted in milliseconds, whatever the calendar. */
const lengths = { millisecond: 1, second: 1000, minute: 60_000, hour: 3_600_000 };

/** Counted on the calendar of the time zone: `[months, days]`. */
const calendar = {
  day: [0, 1],
  week: [0, 7],
  month: [1, 0],
  quarter: [3, 0],
  year: [12, 0],
} as const;

function readUnit(unit: unknown): Unit {
  const name = String(unit);
  if (Object.hasOwn(lengths, name) || Object.hasOwn(calendar, name)) return name as Unit;
  return refuse('FailedToParse', `unknown time unit value: ${name}`);
}

function isExact(unit: Unit): unit is keyof typeof lengths {
  return Object.hasOwn(lengths, unit);
}

function readWeekday(day: unknown): number {
  const index = weekdayOf(String(day ?? 'sunday'));
  return index >= 0 ? index : refuse('FailedToParse', `unknown day of week value: ${String(day)}`);
}

function moved(sign: 1 | -1): Operator {
  return named(['startDate', 'unit', 'amount'], ['timezone'], (args, name) => {
    if (hasNullish(args)) return null;
    const { startDate, unit, amount, timezone } = args;
    const start = readDate(name, startDate);
    const by = readUnit(unit);
    const count = readInteger(name, 'amount', amount) * sign;
    if (isExact(by)) return dateAt(start.getTime() + lengths[by] * count);
    const zone = readZone(timezone);
    const [months, days] = calendar[by];
    const moved = addMonths(toLocal(start, zone), months * count);
    return fromLocal(new Date(moved.getTime() + days * count * DAY), zone);
  });
}

/** The number of a date's unit, counted from some point: dates differ by the units begun between them. */
function ticks(
  unit: Unit,
  zone: string | undefined,
  start: Date,
  weekday: number,
): (date: Date) => number {
  if (isExact(unit)) {
    const offset = offsetAt(start.getTime(), zone);
    return (date) => Math.floor((date.getTime() + offset) / lengths[unit]);
  }
  const [months, days] = calendar[unit];
  return (date) => {
    const local = toLocal(date, zone);
    if (months > 0) return Math.floor(monthNumber(local) / months);
    return Math.floor((dayNumber(local) - (days === 7 ? firstDay(weekday) : 0)) / days);
  };
}

function monthNumber(local: Date): number {
  return local.getUTCFullYear() * 12 + local.getUTCMonth();
}

/** Bins of $dateTrunc are counted from the start of 2000, weeks from the first one that begins in it. */
const REFERENCE = localOf({ year: 2000 });

function firstDay(weekday: number): number {
  return dayNumber(REFERENCE) + ((weekday - REFERENCE.getUTCDay() + 7) % 7);
}

function truncate(
  date: Date,
  unit: Unit,
  size: number,
  zone: string | undefined,
  weekday: number,
): Date {
  const lower = (value: number, from: number, bin: number) =>
    from + Math.floor((value - from) / bin) * bin;
  if (isExact(unit)) {
    // By that day's offset, in summer too: truncateDate() in mongodb/mongo's date_time_support.cpp.
    const from = REFERENCE.getTime() - offsetAt(REFERENCE.getTime(), zone);
    return dateAt(lower(date.getTime(), from, lengths[unit] * size));
  }
  const local = toLocal(date, zone);
  const [months, days] = calendar[unit];
  if (months > 0) {
    const month = lower(monthNumber(local), monthNumber(REFERENCE), months * size);
    return fromLocal(localOf({ year: Math.floor(month / 12), month: (month % 12) + 1 }), zone);
  }
  const from = days === 7 ? firstDay(weekday) : dayNumber(REFERENCE);
  return fromLocal(new Date(lower(dayNumber(local), from, days * size) * DAY), zone);
}
