import { hostname } from 'node:os';
import { Int32 } from 'bson';
import type { Command, Context } from '../commands.ts';
import { MongoError } from '../errors.ts';
import type { Document } from '../values/values.ts';
import { limits } from '../wire.ts';
import { collectionName, flag, number, object } from './arguments.ts';

/** The MongoDB whose behaviour this server follows; its wire version is what drivers look at. */
const VERSION = '7.0.0';
const WIRE_VERSION = 21;

const refuseUsers: Command = {
  fields: ['mechanism', 'payload', 'autoAuthorize', 'options', 'db', 'conversationId'],
  run: authenticate,
};

/** Who connects asks these: drivers the first ones, mongosh and Compass all of them. */
export const commands: Record<string, Command> = {
  hello: {
    fields: [
      'helloOk',
      'client',
      'compression',
      'topologyVersion',
      'maxAwaitTimeMS',
      'speculativeAuthenticate',
      'saslSupportedMechs',
      'loadBalanced',
      'backpressure',
    ],
    run: hello,
  },
  ping: { fields: [], run: () => ({}) },
  buildInfo: { fields: [], run: buildInfo },
  endSessions: { fields: [], run: () => ({}) },
  refreshSessions: { fields: [], run: () => ({}) },
  saslStart: refuseUsers,
  saslContinue: refuseUsers,
  connectionStatus: { fields: ['showPrivileges'], run: connectionStatus },
  getCmdLineOpts: { fields: [], run: () => ({ argv: [], parsed: {} }) },
  getLog: { fields: [], run: getLog },
  getParameter: { fields: ['featureCompatibilityVersion', 'allParameters'], run: getParameter },
  profile: { fields: ['slowms', 'sampleRate', 'filter'], run: profile },
  usersInfo: {
    fields: [
      'showPrivileges',
      'showCredentials',
      'showCustomData',
      'showAuthenticationRestrictions',
      'filter',
    ],
    run: () => ({ users: [] }),
  },
  rolesInfo: {
    fields: ['showPrivileges', 'showBuiltinRoles', 'showAuthenticationRestrictions'],
    run: () => ({ roles: [] }),
  },
  hostInfo: { fields: [], run: hostInfo },
  whatsmyuri: { fields: [], run: () => ({ you: '127.0.0.1:0' }) },
  serverStatus: { fields: ['repl', 'metrics', 'locks'], run: serverStatus },
  dbStats: { fields: ['scale', 'freeStorage'], run: dbStats },
  collStats: { fields: ['scale'], run: collStats },
};

function hello(command: Document, { connection, now }: Context): Document {
  const name = Object.keys(command)[0];
  return {
    ...(name === 'hello' ? { isWritablePrimary: true } : { ismaster: true }),
    ...(command.helloOk ? { helloOk: true } : {}),
    maxBsonObjectSize: new Int32(limits.document),
    maxMessageSizeBytes: new Int32(limits.message),
    maxWriteBatchSize: new Int32(limits.writeBatch),
    localTime: now,
    logicalSessionTimeoutMinutes: new Int32(30),
    connectionId: new Int32(connection),
    minWireVersion: new Int32(0),
    maxWireVersion: new Int32(WIRE_VERSION),
    readOnly: false,
  };
}

function buildInfo(): Document {
  return {
    version: VERSION,
    versionArray: VERSION.split('.')
      .map((part) => new Int32(Number(part)))
      .concat(new Int32(0)),
    gitVersion: 'embedded',
    modules: [],
    storageEngines: ['sqlite'],
    bits: new Int32(64),
    debug: false,
    maxBsonObjectSize: new Int32(limits.document),
  };
}

function authenticate(): never {
  throw new MongoError(
    'AuthenticationFailed',
    'the embedded database has no users: leave user and password out of the connection string',
  );
}

function connectionStatus(): Document {
  return {
    authInfo: {
      authenticatedUsers: [],
      authenticatedUserRoles: [],
      authenticatedUserPrivileges: [],
    },
  };
}

function getLog(command: Document): Document {
  if (command.getLog === '*') return { names: ['global', 'startupWarnings'] };
  return { totalLinesWritten: new Int32(0), log: [] };
}

function profile(command: Document): Document {
  if (Number(command.profile) > 0) {
    throw new MongoError('NotImplemented', 'this server does not profile');
  }
  return { was: new Int32(0) };
}

function getParameter(command: Document): Document {
  const all = command.getParameter === '*' || flag(command, 'allParameters');
  if (!all && !command.featureCompatibilityVersion) {
    throw new MongoError('InvalidOptions', 'no option found to get');
  }
  return { featureCompatibilityVersion: { version: VERSION.replace(/\.\d+$/, '') } };
}

function hostInfo(): Document {
  return { system: { hostname: hostname() }, os: { type: process.platform }, extra: {} };
}

function serverStatus(_: Document, { cursors, now }: Context): Document {
  return {
    host: hostname(),
    version: VERSION,
    process: 'embedded',
    pid: new Int32(process.pid),
    uptime: Math.round(process.uptime()),
    localTime: now,
    mem: {
      bits: new Int32(64),
      resident: new Int32(Math.round(process.memoryUsage.rss() / 2 ** 20)),
    },
    metrics: { cursor: { open: { total: new Int32(cursors.size) } } },
  };
}

function dbStats(command: Document, { storage, db }: Context): Document {
  const scale = readScale(command);
  const collections = storage.collections(db);
  const bytes = collections.reduce((sum, collection) => sum + collection.bytes(), 0);
  const objects = collections.reduce((sum, collection) => sum + collection.count(), 0);
  const dataSize = Math.floor(bytes / scale);
  return {
    db,
    collections: new Int32(collections.length),
    views: new Int32(0),
    objects,
    avgObjSize: objects === 0 ? 0 : bytes / objects,
    dataSize,
    storageSize: dataSize,
    indexes: new Int32(collections.reduce((sum, { indexes }) => sum + indexes.length + 1, 0)),
    indexSize: 0,
    totalSize: dataSize,
    scaleFactor: scale,
  };
}

function collStats(command: Document, context: Context): Document {
  const name = collectionName(command);
  return { ns: `${context.db}.${name}`, ...storageStats(context, name, readScale(command)) };
}

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/collStats/ */
export function collectionStats(spec: Document, context: Context, name: string): Document {
  const unknown = Object.keys(spec).find((field) => !['storageStats', 'count'].includes(field));
  if (unknown !== undefined) {
    throw new MongoError('NotImplemented', `$collStats.${unknown} is not supported by this server`);
  }
  const collection = context.storage.find(context.db, name);
  if (!collection) {
    throw new MongoError('NamespaceNotFound', `ns does not exist: ${context.db}.${name}`);
  }
  const options = object(spec, 'storageStats');
  return {
    ns: collection.namespace,
    host: hostname(),
    localTime: context.now,
    ...(options ? { storageStats: storageStats(context, name, readScale(options)) } : {}),
    ...(object(spec, 'count') ? { count: collection.count() } : {}),
  };
}

function storageStats({ storage, db }: Context, name: string, scale: number): Document {
  const collection = storage.find(db, name);
  const count = collection?.count() ?? 0;
  const bytes = collection?.bytes() ?? 0;
  const size = Math.floor(bytes / scale);
  return {
    size,
    count,
    avgObjSize: count === 0 ? 0 : bytes / count,
    storageSize: size,
    nindexes: new Int32((collection?.indexes.length ?? -1) + 1),
    totalIndexSize: 0,
    totalSize: size,
    scaleFactor: scale,
  };
}

function readScale(command: Document): number {
  const scale = number(command, 'scale') ?? 1;
  if (scale < 1) throw new MongoError('BadValue', `scale has to be a number >= 1, got ${scale}`);
  return Math.floor(scale);
}
