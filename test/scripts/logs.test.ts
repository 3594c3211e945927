import { spawnSync } from 'node:child_process';
import { startAws } from '../support/aws.ts';
import { type Run, runIn } from '../support/project.ts';

const script = 'scripts/logs.ts';
const entry = {
  level: 'ERROR',
  message: 'A request failed',
  timestamp: '2026-01-31T12:00:00.000Z',
  service: 'service',
  route: '/things',
  requestId: 'aws-1',
  error: { name: 'Error', message: 'It failed', stack: 'Error: It failed\n    at here' },
};
const events = [
  `START RequestId: aws-1 Version: $LATEST\n`,
  `${JSON.stringify(entry)}\n`,
  'said by a program\n',
].map((message, i) => ({ message, timestamp: Date.now() + i }));

test('the lines of a stage are readable as they come, until Ctrl-C', async () => {
  const account = await startAws({
    DescribeLogStreams: { logStreams: [{ logStreamName: 'stream' }] },
    FilterLogEvents: { events },
  });
  const logs: Run = runIn(process.cwd(), [script, '--stage', 'dev'], account.environment);
  await logs.printed(/said by a program.*said by a program/s);
  const lines = logs.output().split('\n');
  const [time, ...line] = lines.find((each) => each.includes('ERROR'))!.split(' ');
  expect(time).toMatch(/^\d\d:\d\d:\d\d$/);
  expect(line.join(' ')).toBe('ERROR A request failed requestId="aws-1"');
  expect(lines.slice(0, 6).map((each) => each.trim())).toEqual(
    expect.arrayContaining(['START', 'Error: It failed', 'at here', 'said by a program']),
  );
  logs.child.kill('SIGINT');
  await expect(logs.exited).resolves.toBe(0);
  account.stop();
});

test('a stage that nobody has asked yet is told, and is a failure', async () => {
  const account = await startAws({ DescribeLogStreams: { logStreams: [] } });
  const logs = runIn(process.cwd(), [script, '--stage', 'dev'], account.environment);
  await expect(logs.exited).resolves.toBe(1);
  expect(logs.output()).toContain('No existing streams for the function');
  account.stop();
});

test('without a stage it says how it is used', () => {
  const { status, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([
    2,
    expect.stringMatching(/^--stage is missing\. Usage: npm run logs -- --stage dev\n/),
  ]);
});
