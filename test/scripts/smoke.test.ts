import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AwsError, stack, startAws } from '../support/aws.ts';
import { copyProject, runIn } from '../support/project.ts';

let project: Awaited<ReturnType<typeof copyProject>>;
let server: Server;
/** What the service answers, one after another; the last stays. */
let statuses: Record<string, number[]>;
let asked: string[];

beforeAll(async () => {
  project = await copyProject();
  server = createServer(({ url = '' }, response) => {
    asked.push(url);
    const answers = statuses[url]!;
    response.writeHead(answers.length > 1 ? answers.shift()! : answers[0]!).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

beforeEach(() => {
  asked = [];
});

afterAll(async () => {
  server.close().closeAllConnections();
  await project.remove();
});

async function smoke(found: Parameters<typeof startAws>[0]) {
  const aws = await startAws(found);
  const args = ['--disable-warning=ExperimentalWarning', 'scripts/smoke.ts', '--stage', 'dev'];
  const run = runIn(project.folder, args, { HOME: project.folder, ...aws.environment });
  const code = await run.exited;
  aws.stop();
  return { code, output: run.output() };
}

function address(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function deployed() {
  const found = stack('UPDATE_COMPLETE').replace(
    /(?<=<OutputValue>).*(?=<\/OutputValue>)/,
    address(),
  );
  return { DescribeStacks: found };
}

test('a service that answers is asked for both, and may take its time', async () => {
  statuses = { '/health': [503, 200], '/health/ready': [200] };
  expect(await smoke(deployed())).toEqual({
    code: 0,
    output: `${address()}/health: 200\n${address()}/health/ready: 200\n`,
  });
  expect(asked).toEqual(['/health', '/health', '/health/ready']);
});

test('one whose database does not answer fails, with what to do', async () => {
  statuses = { '/health': [200], '/health/ready': [503] };
  const { code, output } = await smoke(deployed());
  expect([code, output]).toEqual([
    1,
    `${address()}/health: 200\n${address()}/health/ready: it answers 503.\nnpm run doctor -- --stage dev looks for the reason.\n`,
  ]);
});

test('one that is not deployed has no address', async () => {
  const missing = new AwsError('ValidationError', 'Stack with id service-dev does not exist');
  const { code, output } = await smoke({ DescribeStacks: missing });
  expect(code).toBe(1);
  expect(output).toMatch(/^The stage has no address: the stack \S+-dev is not there yet/);
});
