import { hostname } from 'node:os';
import { Int32 } from 'bson';
import type { Command, Context } from '../commands.ts';
import { MongoError } from '../errors.ts';
import type { Document } from '../values/values.ts';
import { limits } from '../wire.ts';
import { collectionName } from './arguments.ts';

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
  getLog: { fields: [], run: () => ({ totalLinesWritten: new Int32(0), log: [] }) },
  getParameter: { fields: ['featureCompatibilityVersion', 'allParameters'], run: getParameter },
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
    gitVersion: 'hapiway',
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

function getParameter(command: Document): Document {
  if (!command.featureCompatibilityVersion) {
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
    process: 'hapiway',
    pid: new Int32(process.pid),
    uptime: Math.round(process.uptime()),
    localTime: now,
    metrics: { cursor: { open: { total: new Int32(cursors.size) } } },
  };
}

function dbStats(_: Document, { storage, db }: Context): Document {
  const collections = storage.collections(db);
  const dataSize = collections.reduce((sum, collection) => sum + collection.bytes(), 0);
  const objects = collections.reduce((sum, collection) => sum + collection.count(), 0);
  return {
    db,
    collections: new Int32(collections.length),
    views: new Int32(0),
    objects,
    avgObjSize: objects === 0 ? 0 : dataSize / objects,
    dataSize,
    storageSize: dataSize,
    indexes: new Int32(collections.reduce((sum, { indexes }) => sum + indexes.length + 1, 0)),
    indexSize: 0,
    totalSize: dataSize,
  };
}

function collStats(command: Document, { storage, db }: Context): Document {
  const name = collectionName(command);
  const collection = storage.find(db, name);
  const count = collection?.count() ?? 0;
  const size = collection?.bytes() ?? 0;
  return {
    ns: `${db}.${name}`,
    count,
    size,
    avgObjSize: count === 0 ? 0 : size / count,
    storageSize: size,
    nindexes: new Int32((collection?.indexes.length ?? -1) + 1),
    totalIndexSize: 0,
    totalSize: size,
  };
}
