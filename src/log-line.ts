import { styleText } from 'node:util';

/** An entry of the log as it stands in its line of JSON. */
export type Entry = Record<string, unknown> & { level: string; message: string };

export function isEntry(value: unknown): value is Entry {
  const { level, message } = (value ?? {}) as Partial<Entry>;
  return typeof level === 'string' && typeof message === 'string';
}

/** An entry for a person's eyes: one line, and a stack on lines of its own. */
export function writeLine({ level, message, timestamp, error, ...others }: Entry): string {
  const time = new Date(String(timestamp)).toTimeString().slice(0, 8);
  const details = Object.entries(others)
    .filter(([name]) => !isForMachines(name, others))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const line = [
    time,
    styleText(colors[level] ?? 'white', level.padEnd(5)),
    // What it says may be of a program's that does not escape it.
    JSON.stringify(message).slice(1, -1).replaceAll('\\"', '"'),
    styleText('dim', details.join(' ')),
  ];
  return [line.join(' ').trimEnd(), ...describe(error)].join('\n');
}

const colors: Record<string, 'cyan' | 'green' | 'yellow' | 'red'> = {
  DEBUG: 'cyan',
  INFO: 'green',
  WARN: 'yellow',
  ERROR: 'red',
  CRITICAL: 'red',
};

/** What the message says already, what is the same in every line, and the metrics (metrics.ts). */
function isForMachines(name: string, entry: Record<string, unknown>): boolean {
  if (name === 'correlationId') return entry.correlationId === entry.requestId;
  return /^([A-Z_]|(service|stage|method|route)$)/.test(name);
}

function describe(error: unknown, title = ''): string[] {
  if (typeof error !== 'object' || error === null) return [];
  const { name, message, stack, cause } = error as Error;
  // A stack begins with the name and the message.
  return [`  ${title}${stack ?? `${name}: ${message}`}`, ...describe(cause, 'because of ')];
}
