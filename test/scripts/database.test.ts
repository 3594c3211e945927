import { type Collection, MongoClient } from 'mongodb';
import { NAME } from '../../src/name.ts';
import { type Mongo, startMongo } from '../support/mongo.ts';
import { copyProject, freePorts, runIn } from '../support/project.ts';

let project: Awaited<ReturnType<typeof copyProject>>;
let mongo: Mongo;
let port: number;

beforeAll(async () => {
  project = await copyProject();
  mongo = await startMongo();
  port = await freePorts();
}, 30_000);

afterAll(async () => {
  await mongo.stop();
  await project.remove();
});

async function database(args: string[], env: NodeJS.ProcessEnv = {}) {
  const flags = ['--disable-warning=ExperimentalWarning', 'scripts/database.ts'];
  const run = runIn(project.folder, [...flags, ...args], { PORT: String(port), ...env });
  return { code: await run.exited, output: run.output() };
}

async function withThings<T>(uri: string, work: (things: Collection) => Promise<T>): Promise<T> {
  const client = new MongoClient(uri);
  const result = await work(client.db(NAME).collection('things'));
  await client.close();
  return result;
}

const write = (uri: string) =>
  withThings(uri, (things) => things.insertMany([{ n: 1 }, { n: 2 }, { n: 3 }]));
const count = (uri: string) => withThings(uri, (things) => things.countDocuments());

test('without a running service it works on the same data, and leaves nothing running', async () => {
  const data = `${project.folder}/.data/mongo`;
  const first = await startMongo({ data });
  await write(first.uri);
  await first.stop();
  await expect(database(['reset'])).resolves.toEqual({ code: 0, output: `${NAME} is empty.\n` });
  const again = await startMongo({ data });
  const kept = await count(again.uri);
  await again.stop();
  expect(kept).toBe(0);
}, 30_000);

test('on MONGODB_URI a reset must name what it empties', async () => {
  const env = { MONGODB_URI: mongo.uri };
  await write(mongo.uri);
  for (const args of [['reset'], ['reset', '--yes', 'other']]) {
    await expect(database(args, env)).resolves.toEqual({
      code: 2,
      output: expect.stringContaining(`npm run db:reset -- --yes ${NAME}`),
    });
  }
  await expect(count(mongo.uri)).resolves.toBe(3);
  await expect(database(['reset', '--yes', NAME], env)).resolves.toMatchObject({ code: 0 });
  await expect(count(mongo.uri)).resolves.toBe(0);
}, 30_000);

test('the indexes can be made again', async () => {
  const env = { MONGODB_URI: mongo.uri };
  for (let i = 0; i < 2; i++) {
    await expect(database(['indexes'], env)).resolves.toEqual({
      code: 0,
      output: `The indexes of ${NAME} are there.\n`,
    });
  }
}, 30_000);

test.each(
  [[], ['constructor'], ['seed', 'reset'], ['seed', '--count', '0'], ['seed', '--what']].map(
    (args) => [args],
  ),
)('%j is told the usage', async (args) => {
  await expect(database(args)).resolves.toEqual({
    code: 2,
    output: expect.stringMatching(/usage: npm run db:indexes/),
  });
});

test('an address that is none is one line', async () => {
  const { code, output } = await database(['indexes'], { MONGODB_URI: 'garbage' });
  expect(code).toBe(1);
  expect(output.trim().split('\n')).toHaveLength(1);
});
