import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { copyClone } from '../support/project.ts';

const root = join(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'openapi-'));
const file = (name: string) => join(folder, name);
const shop = ['--app', 'examples/orders/app.ts'];

afterAll(() => rmSync(folder, { recursive: true }));

function openapi(...args: string[]) {
  const options = { cwd: root, encoding: 'utf8' as const };
  const { status, stderr } = spawnSync(process.execPath, ['scripts/openapi.ts', ...args], options);
  return { status, stderr };
}

function app(name: string, route: string): string {
  const path = file(`${name}.ts`);
  writeFileSync(
    path,
    `import { createApp as createService } from '${root}/src/app.ts';
     import Joi from '${root}/node_modules/joi/lib/index.js';
     import { integrated } from '${root}/src/gateway/integrated.ts';
     export async function createApp(settings: never) {
       const server = await createService(settings);
       server.route(${route});
       return server;
     }`,
  );
  return path;
}

test('what is wrong with the routes is said without a stack, also where nothing is exported', async () => {
  const clone = await copyClone();
  const routes = join(clone.folder, 'src/greetings/routes.ts');
  writeFileSync(
    routes,
    readFileSync(routes, 'utf8').replace(/\.label\('\w+'\)/, ".label('Problem')"),
  );
  const { status, stderr } = spawnSync(process.execPath, ['scripts/openapi.ts'], {
    cwd: clone.folder,
    encoding: 'utf8',
  });
  await clone.remove();
  expect([status, stderr]).toEqual([1, expect.stringContaining('Problem')]);
  expect(stderr).not.toMatch(/^ +at /m);
}, 60_000);

test('the service itself, as both kinds, in JSON and YAML alike', () => {
  const [rest, http, restYaml, httpYaml] = ['a.json', 'b.json', 'a.yml', 'b.yml'].map(file);
  expect(openapi('--rest', rest!, '--http', http!).status).toBe(0);
  expect(openapi('--rest', restYaml!, '--http', httpYaml!, '--format', 'yaml').status).toBe(0);
  const read = (name: string) => readFileSync(name, 'utf8');
  expect(parse(read(restYaml!))).toEqual(JSON.parse(read(rest!)));
  expect(parse(read(httpYaml!))).toEqual(JSON.parse(read(http!)));
  const served = JSON.parse(read(http!)).paths;
  expect(served['/hello'].get.security).toBeUndefined();
  expect(served['/me'].get.security).toEqual([{ token: [] }]);
}, 60_000);

test('in YAML a name is the same to whoever reads it, in the words of 1.1 too', () => {
  const from = app(
    'names',
    `{ method: 'POST', path: '/a', handler: integrated, options: { auth: false, tags: ['api'],
       validate: { payload: Joi.object({ on: Joi.string(), y: Joi.string() }).label('Yes') } } }`,
  );
  const [json, yaml] = ['names.json', 'names.yml'].map(file);
  expect(openapi('--app', from, '--rest', json!).status).toBe(0);
  expect(openapi('--app', from, '--rest', yaml!, '--format', 'yaml').status).toBe(0);
  const read = parse(readFileSync(yaml!, 'utf8'), { version: '1.1' });
  expect(Object.keys(read.components.schemas.Yes.properties)).toEqual(['on', 'y']);
  expect(read).toEqual(JSON.parse(readFileSync(json!, 'utf8')));
}, 60_000);

test('what a REST API leaves to the app is said, and is no error', () => {
  const { status, stderr } = openapi('--rest', file('notes.json'));
  expect(status).toBe(0);
  expect(stderr).toContain(
    'GET /me: a REST API has no JWT authorizer; the app verifies the token\n',
  );
});

test('origins are named where they are asked for', () => {
  expect(openapi('--rest', file('cors.json'), '--origin', '${web_origin}').status).toBe(0);
  const { paths } = JSON.parse(readFileSync(file('cors.json'), 'utf8'));
  const { responses } = paths['/me'].options['x-amazon-apigateway-integration'];
  expect(responses.default.responseParameters).toMatchObject({
    'method.response.header.Access-Control-Allow-Origin': "'${web_origin}'",
    'method.response.header.Access-Control-Allow-Methods': "'GET'",
  });
});

test('for CloudFormation nothing is escaped', () => {
  const own = JSON.stringify({ 'Fn::GetAtt': ['ApiLambdaFunction', 'Arn'] });
  const written = file('cloudformation.json');
  const from = app(
    'plain',
    `{ method: 'GET', path: '/a', options: { auth: false }, handler: integrated }`,
  );
  const { status, stderr } = openapi('--app', from, '--rest', written, '--function', own);
  expect([status, stderr.match(/^(?!.*JWT).+$/gm)]).toEqual([0, null]);
  expect(JSON.parse(readFileSync(written, 'utf8')).paths['/a'].get).toMatchObject({
    'x-amazon-apigateway-integration': {
      uri: {
        'Fn::Join': [
          '',
          [
            'arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/',
            { 'Fn::GetAtt': ['ApiLambdaFunction', 'Arn'] },
            '/invocations',
          ],
        ],
      },
    },
  });
});

test('a variable that templatefile would not be given is an error with its route, and nothing is written', () => {
  const given = {
    function_invoke_arn: '',
    gateway_role_arn: '',
    user_pool_arn: '',
    courier_authorizer_arn: '',
    deliveries_function_arn: '',
    receipts_bucket: '',
  };
  writeFileSync(file('vars.json'), JSON.stringify(given));
  const options = ['--rest', file('unknown.json'), '--vars', file('vars.json')];
  expect(openapi(...shop, ...options)).toEqual({
    status: 1,
    stderr: 'POST /orders: ${orders_state_machine_arn} is not among the variables of --vars\n',
  });
  expect(existsSync(file('unknown.json'))).toBe(false);
  writeFileSync(file('vars.json'), JSON.stringify({ ...given, orders_state_machine_arn: '' }));
  expect(openapi(...shop, ...options).status).toBe(0);
  expect(readFileSync(file('unknown.json'), 'utf8')).toContain('${orders_state_machine_arn}');
});

test('a second file that cannot be written leaves no first', () => {
  const { status, stderr } = openapi('--rest', file('first.json'), '--http', 'README.md/x.json');
  expect(stderr).toContain('Nothing is written: ');
  expect([status, existsSync(file('first.json'))]).toEqual([1, false]);
});

test('what one kind cannot have leaves neither document', () => {
  const both = ['--rest', file('one.json'), '--http', file('other.json')];
  const { status, stderr } = openapi(...shop, ...both);
  expect(stderr).toContain('POST /deliveries: an HTTP API has no API keys\n');
  expect([status, existsSync(file('one.json')), existsSync(file('other.json'))]).toEqual([
    1,
    false,
    false,
  ]);
});

test.each([
  ['an unknown format', ['--rest', 'x.json', '--format', 'xml'], '--format is json or yaml'],
  ['an unknown option', ['--rset', 'x.json'], "Unknown option '--rset'"],
  [
    'a module that is not there',
    ['--rest', 'x.json', '--app', 'nowhere.ts'],
    'nowhere.ts is not there',
  ],
  [
    'a module that does not load',
    ['--rest', 'x.json', '--app', 'README.md'],
    'README.md cannot be loaded',
  ],
  [
    'variables that are not there',
    ['--rest', 'x.json', '--vars', 'x.json'],
    '--vars x.json cannot be read (ENOENT)',
  ],
  [
    'an option without a document',
    ['--origin', '*'],
    '--origin is for a document: say --rest or --http too',
  ],
  [
    'a module without an app',
    ['--rest', 'x.json', '--app', 'src/name.ts'],
    'src/name.ts has no createApp',
  ],
  [
    'variables that are no JSON',
    ['--rest', 'x.json', '--vars', 'README.md'],
    '--vars README.md is no JSON object',
  ],
  ['a function that is no JSON', ['--rest', 'x.json', '--function', '{'], '--function is neither'],
  [
    'a function that is JSON of something else',
    ['--rest', 'x.json', '--function', '{"a":1}'],
    '--function is neither',
  ],
  ['a file in no folder', ['--rest', 'README.md/x.json'], 'Nothing is written: '],
])('%s is told in a line', (_, args, message) => {
  const { status, stderr } = openapi(...args);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('    at ');
  expect(status).toBe(1);
});
