import { MongoClient } from 'mongodb';
import { NAME } from '../../src/name.ts';
import { startMongo } from '../support/mongo.ts';
import { copyProject, freePorts, runIn } from '../support/project.ts';

test('npm run db:seed writes messages into the embedded database', async () => {
  const { folder, remove } = await copyProject();
  const flags = ['--disable-warning=ExperimentalWarning', 'scripts/database.ts'];
  const run = runIn(folder, [...flags, 'seed', '--count', '7'], {
    PORT: String(await freePorts()),
  });
  await expect(run.exited).resolves.toBe(0);
  expect(run.output()).toBe(`7 messages of user1, user2 and user3 are in ${NAME}.\n`);

  const mongo = await startMongo({ data: `${folder}/.data/mongo` });
  const client = new MongoClient(mongo.uri);
  const count = await client.db(NAME).collection('messages').countDocuments();
  await client.close();
  await mongo.stop();
  await remove();
  expect(count).toBe(7);
}, 30_000);
