import { refuseCollation } from './commands/arguments.ts';
import * as catalog from './commands/catalog.ts';
import * as diagnostic from './commands/diagnostic.ts';
import * as reading from './commands/reading.ts';
import * as writing from './commands/writing.ts';
import type { Cursors } from './cursors.ts';
import { MongoError } from './errors.ts';
import type { Storage } from './storage/storage.ts';
import type { Document } from './values/values.ts';
import { encodeDocument, type Request } from './wire.ts';

export interface Context {
  storage: Storage;
  cursors: Cursors;
  db: string;
  connection: number;
  sequences: Map<string, Buffer[]>;
  now: Date;
}

export interface Command {
  /** What it takes beside its own name: anything else is refused, so that no option is silently ignored. */
  fields: string[];
  run: (command: Document, context: Context) => Document | Buffer;
}

const commands: Map<string, Command> = new Map(
  Object.entries({
    ...diagnostic.commands,
    ...reading.commands,
    ...writing.commands,
    ...catalog.commands,
  }),
);

/** What any command may carry; a session, a comment and a read preference change nothing here. */
const generic = new Set([
  '$db',
  '$readPreference',
  '$clusterTime',
  '$client',
  'lsid',
  'comment',
  'maxTimeMS',
  'readConcern',
  'writeConcern',
  'apiVersion',
  'apiStrict',
  'apiDeprecationErrors',
]);

export function run(request: Request, context: Omit<Context, 'db' | 'sequences' | 'now'>): Buffer {
  const { command, sequences } = request;
  const name = Object.keys(command)[0] ?? '';
  const found = commands.get(name) ?? commands.get(aliases.get(name) ?? '');
  if (!found) throw new MongoError('CommandNotFound', `no such command: '${name}'`);
  refuseTransactions(command);
  for (const field of Object.keys(command).slice(1)) {
    if (!generic.has(field) && !found.fields.includes(field)) {
      throw new MongoError('Location40415', `BSON field '${name}.${field}' is an unknown field.`);
    }
  }
  refuseCollation(command);
  if (typeof command.$db !== 'string') {
    throw new MongoError('Location40571', 'OP_MSG requests require a $db argument');
  }
  const db = command.$db;
  const reply = found.run(command, { ...context, db, sequences, now: new Date() });
  return Buffer.isBuffer(reply) ? reply : encodeDocument({ ...reply, ok: 1 });
}

const aliases = new Map([
  ['isMaster', 'hello'],
  ['ismaster', 'hello'],
  ['buildinfo', 'buildInfo'],
  ['findandmodify', 'findAndModify'],
  ['dbstats', 'dbStats'],
  ['collstats', 'collStats'],
  ['deleteIndexes', 'dropIndexes'],
]);

/** The answer of a MongoDB without a replica set, which drivers know. */
function refuseTransactions(command: Document): void {
  const inTransaction = ['txnNumber', 'startTransaction', 'autocommit'].some((field) =>
    Object.hasOwn(command, field),
  );
  if (inTransaction) {
    throw new MongoError(
      'IllegalOperation',
      'Transaction numbers are only allowed on a replica set member or mongos',
    );
  }
}
