import { randomUUID } from 'node:crypto';
import {
  type Binary,
  BSON,
  type Collection,
  type Db,
  type Decimal128,
  type Document,
  type Double,
  type Filter,
  type Int32,
  type Long,
  MongoClient,
  type ObjectId,
  type WithId,
} from 'mongodb';
import { type Mongo, startMongo } from '../support/mongo.ts';
import { differences, type Server } from './differences.ts';

export type Row = Document & { _id: Id };

// Not any or unknown: the driver's types turn either into never.
type Id =
  | number
  | string
  | boolean
  | null
  | Date
  | RegExp
  | number[]
  | Binary
  | Decimal128
  | Double
  | Int32
  | Long
  | ObjectId
  | { a: number; b?: number };

const given = process.env.MONGODB_CONTRACT_URI;
const server = serverUnderTest(process.env.MONGODB_CONTRACT_SERVER);

let mongo: Pick<Mongo, 'uri' | 'stop'>;
let client: MongoClient;

beforeAll(async () => {
  mongo = given ? { uri: given, stop: async () => {} } : await startMongo();
  client = await MongoClient.connect(mongo.uri, { serverSelectionTimeoutMS: 5_000 });
}, 30_000);

afterAll(async () => {
  await client?.close();
  await mongo?.stop();
});

/** A case that every server has to pass, in a database of its own. */
export function contract(name: string, run: (db: Db, uri: string) => Promise<void>): void {
  const differs = Object.hasOwn(differences[server], name);
  const test = differs ? it.failing : it;
  test(name, async () => {
    // Jest counts the absence of assertions as a failure of its own, which failing does not turn around.
    if (!differs) expect.hasAssertions();
    const db = client.db(`contract-${randomUUID()}`);
    try {
      await run(db, mongo.uri);
    } finally {
      await db.dropDatabase();
    }
  }, 15_000);
}

export function rows(db: Db, name = 'rows'): Collection<Row> {
  return db.collection<Row>(name);
}

/** A collection that holds the given documents and nothing else. */
export async function filled(db: Db, documents: Row[], name = 'rows'): Promise<Collection<Row>> {
  const collection = rows(db, name);
  await collection.insertMany(documents);
  return collection;
}

export async function all(collection: Collection<Row>): Promise<Row[]> {
  return collection.find().sort({ _id: 1 }).toArray();
}

export async function ids(collection: Collection<Row>, filter: Filter<Row>): Promise<Id[]> {
  const found = await collection.find(filter).sort({ _id: 1 }).toArray();
  return found.map(({ _id }) => _id);
}

/** One document as canonical Extended JSON, in which every type and the order of fields show. */
export async function stored(collection: Collection<Row>, _id: Id = 1): Promise<string> {
  const found = await collection.findOne({ _id }, exactly);
  return canonical(found);
}

/** Options under which the driver keeps the types that were sent. */
export const exactly = { promoteValues: false, bsonRegExp: true };

export function canonical(value: WithId<Row> | Document | null): string {
  return BSON.EJSON.stringify(value, { relaxed: false });
}

function serverUnderTest(name = given ? 'mongodb' : 'embedded'): Server {
  if (!Object.hasOwn(differences, name)) {
    const known = Object.keys(differences).join(', ');
    throw new Error(`MONGODB_CONTRACT_SERVER is ${name}, and has to be one of ${known}`);
  }
  return name as Server;
}
