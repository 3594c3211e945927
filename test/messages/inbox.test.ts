import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { MongoClient } from 'mongodb';
import { unpack } from '../../scripts/zip.ts';
import { NAME } from '../../src/name.ts';
import { type Mongo, startMongo } from '../support/mongo.ts';
import { sls } from '../support/offline.ts';
import { copyProject } from '../support/project.ts';

const run = promisify(execFile);
const root = join(__dirname, '../..');

let mongo: Mongo;
let client: MongoClient;

beforeAll(async () => {
  mongo = await startMongo();
  client = await new MongoClient(mongo.uri).connect();
});

afterAll(async () => {
  await client.close();
  await mongo.stop();
});

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
const toEvent = (bodies: Record<string, string>): SQSEvent => ({
  Records: Object.entries(bodies).map(([messageId, body]) => ({
    messageId,
    receiptHandle: `handle of ${messageId}`,
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '1545082649183',
      SenderId: 'AIDAIENQZJOLO23YVJ4VO',
      ApproximateFirstReceiveTimestamp: '1545082649185',
    },
    messageAttributes: {},
    md5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-2:123456789012:inbox',
    awsRegion: 'us-east-2',
  })),
});

const letter = (text: string) => JSON.stringify({ author: 'billing', text });
const failuresOf = ({ batchItemFailures }: SQSBatchResponse) =>
  batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);

describe('the function of the inbox', () => {
  let database: string;

  beforeEach(() => {
    database = `inbox_${Math.random().toString(36).slice(2)}`;
  });

  const stored = () =>
    client.db(database).collection('messages').find().sort({ text: 1 }).toArray();

  /** A new process, which is given one batch after another; before each its environment may change. */
  async function invoke(
    ...calls: { event: SQSEvent; env?: object }[]
  ): Promise<SQSBatchResponse[]> {
    const code = `
      import { handler } from '${pathToFileURL(join(root, 'examples/inbox/handler.ts'))}';
      const answers = [];
      for (const { event, env } of JSON.parse(process.argv[1])) {
        Object.assign(process.env, env);
        answers.push(await handler(event).catch((error) => error.message));
      }
      process.stdout.write(JSON.stringify(answers), () => process.exit());
    `;
    const args = ['--input-type=module', '-e', code, JSON.stringify(calls)];
    const { stdout } = await run(process.execPath, args, {
      cwd: root,
      env: {
        STAGE: 'dev',
        LOG_LEVEL: 'SILENT',
        MONGODB_URI: mongo.uri,
        MONGODB_DATABASE: database,
        OIDC_ISSUER: 'https://example.okta.com/oauth2/default',
        OIDC_AUDIENCE: 'api://default',
      },
    });
    return JSON.parse(stdout);
  }

  const invokeOnce = async (event: SQSEvent, env?: object) =>
    failuresOf((await invoke({ event, ...(env && { env }) }))[0]!);

  test('what comes is stored, once however often it comes', async () => {
    const event = toEvent({ a: letter('one'), b: letter('two') });
    const other = toEvent({ b: letter('two'), c: letter('three') });
    const answers = await invoke({ event }, { event }, { event: other });
    expect(answers.map(failuresOf)).toEqual([[], [], []]);
    const expected = ['one', 'three', 'two'].map((text) => ({ author: 'billing', text }));
    await expect(stored()).resolves.toMatchObject(expected);
  });

  test('what is no message is named, and no other of its batch', async () => {
    const event = toEvent({
      fine: letter('one'),
      'no JSON': 'Paid',
      nobodys: '{"text":"Paid"}',
      empty: '{"author":"billing","text":" "}',
      more: '{"author":"billing","text":"Paid","version":7}',
      'half of a character': '{"author":"billing","text":"\\ud800"}',
      'a list': '["billing","Paid"]',
      'fine too': letter('two'),
    });
    const names = event.Records.map(({ messageId }) => messageId);
    await expect(invokeOnce(event)).resolves.toEqual(names.slice(1, -1));
    await expect(stored()).resolves.toHaveLength(2);
  });

  test('one that was deleted is not brought back by a second delivery', async () => {
    const event = toEvent({ a: letter('one') });
    await invokeOnce(event);
    await client
      .db(database)
      .collection('idempotency')
      .updateMany({}, { $set: { deleted: true } });
    await client.db(database).collection('messages').deleteMany({});
    await expect(invokeOnce(event)).resolves.toEqual([]);
    await expect(stored()).resolves.toEqual([]);
  });

  test('while the database does not answer all are named', async () => {
    const event = toEvent({ a: letter('one'), b: letter('two') });
    const env = { MONGODB_URI: 'mongodb://127.0.0.1:1/' };
    await expect(invokeOnce(event, env)).resolves.toEqual(['a', 'b']);
  });

  test('a start that failed is tried again by the next batch', async () => {
    const event = toEvent({ a: letter('one') });
    const answers = await invoke(
      { event, env: { OIDC_AUDIENCE: '' } },
      { event, env: { OIDC_AUDIENCE: 'api://default' } },
    );
    expect(answers).toEqual([
      expect.stringContaining('OIDC_AUDIENCE is missing'),
      { batchItemFailures: [] },
    ]);
  });
});

test('with the two lines of its page it is packed beside the API, and runs by the layer', async () => {
  const { folder, remove } = await copyProject();
  const unpacked = await mkdtemp(join(tmpdir(), 'inbox-'));
  await cp(join(root, 'examples'), join(folder, 'examples'), { recursive: true });
  const page = await readFile(join(root, 'docs/second-function.md'), 'utf8');
  const [, first, second] = /^functions:\n(.*\n)resources:\n(.*\n)/m.exec(page)!;
  const file = join(folder, 'serverless.yml');
  const service = await readFile(file, 'utf8');
  await writeFile(
    file,
    service
      .replace(/^resources:\n/m, (line) => `${first}\n${line}`)
      .trimEnd()
      .concat(`\n${second}`),
  );
  const env = { PATH: process.env.PATH, HOME: folder, AWS_EC2_METADATA_DISABLED: 'true' };
  await run(process.execPath, [sls, 'package', '--stage', 'dev'], { cwd: folder, env });
  const packed = join(folder, '.serverless');
  const template = join(packed, 'cloudformation-template-update-stack.json');
  const { Resources } = JSON.parse(await readFile(template, 'utf8'));
  await unpack(join(packed, `${NAME}.zip`), join(unpacked, 'task'));
  await unpack(join(packed, 'dependencies.zip'), join(unpacked, 'opt'));
  await remove();

  expect(Resources.InboxEventSourceMappingSQSInbox.Properties).toMatchObject({
    EventSourceArn: { 'Fn::GetAtt': ['Inbox', 'Arn'] },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
  const { Timeout, Role, Layers, Environment } = Resources.InboxLambdaFunction.Properties;
  expect(Role).toEqual({ 'Fn::GetAtt': ['InboxRole', 'Arn'] });
  expect(Layers).toEqual(Resources.ApiLambdaFunction.Properties.Layers);
  expect(Resources.Inbox.Properties.VisibilityTimeout).toBe(6 * Timeout);

  const code = `
    const { handler } = require('./examples/inbox/handler.cjs');
    handler(${JSON.stringify(toEvent({ a: letter('one'), b: 'Paid' }))})
      .then((answer) => process.stdout.write(JSON.stringify(answer), () => process.exit()));
  `;
  const { stdout } = await run(process.execPath, ['-e', code], {
    cwd: join(unpacked, 'task'),
    env: {
      NODE_PATH: join(unpacked, 'opt/nodejs/node_modules'),
      STAGE: 'dev',
      LOG_LEVEL: 'SILENT',
      MONGODB_URI: mongo.uri,
      MONGODB_DATABASE: 'packed',
      OIDC_ISSUER: Environment.Variables.OIDC_ISSUER,
      OIDC_AUDIENCE: Environment.Variables.OIDC_AUDIENCE,
    },
  });
  await rm(unpacked, { recursive: true });
  expect(failuresOf(JSON.parse(stdout))).toEqual(['b']);
  await expect(client.db('packed').collection('messages').countDocuments()).resolves.toBe(1);
});
