import { checkMachine } from '../../../scripts/doctor/machine.ts';

const agent = process.env.npm_config_user_agent;
const runtime = `nodejs${process.versions.node.split('.')[0]}.x`;

afterEach(() => {
  process.env.npm_config_user_agent = agent ?? '';
});

async function check(wanted: string): Promise<string[]> {
  return (await checkMachine(wanted)).map(({ mark, text }) => `${mark} ${text}`);
}

test('one that is as it should be', async () => {
  expect(await check(runtime)).toEqual([
    `ok Node ${process.versions.node}, as Lambda's ${runtime}`,
    expect.stringMatching(/^ok npm \d+\.\d+/),
    "ok the layer's packages are those of package-lock.json",
  ]);
});

test('another Node than that of Lambda', async () => {
  expect((await check('nodejs18.x'))[0]).toMatch(/^WRONG Node .*, and Lambda's is nodejs18\.x\.$/);
});

test('an npm that is too old', async () => {
  process.env.npm_config_user_agent = 'npm/6.14.18 node/v14.21.3 linux x64';
  expect((await check(runtime))[1]).toMatch(/^WRONG npm 6\.14\.18 does not read package-lock/);
});
