import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { NAME } from '../../src/name.ts';
import { sls } from '../support/offline.ts';
import { copyProject } from '../support/project.ts';
import { ofDoctor, ofDomain, ofFramework, ofResource, ofTags, type Resources } from './needs.ts';
import { allows, type Question, type Statement } from './policy.ts';
import { place, type Role, readRole, resolve } from './template.ts';

const run = promisify(execFile);
const DOMAIN = 'api.acme.test';
const REPOSITORY = 'acme@123/api@456';
/** With all that a stage can have. */
const FULL = 'full';

let project: Awaited<ReturnType<typeof copyProject>>;
const compiled = new Map<string, Resources>();

beforeAll(async () => {
  project = await copyProject();
  const settings = (stage: string) => join(project.folder, `config/${stage}.yml`);
  writeFileSync(
    settings(FULL),
    `${readFileSync(settings('staging'), 'utf8')}domain: { name: ${DOMAIN} }\nconcurrency: { reserved: 9, provisioned: 2 }\n`,
  );
  for (const stage of ['dev', 'prod', FULL]) {
    const args = ['package', '--stage', stage, '--param', `boundary=${roleOf(stage).boundaryArn}`];
    const env = { PATH: process.env.PATH, HOME: project.folder, AWS_EC2_METADATA_DISABLED: 'true' };
    await run(process.execPath, [sls, ...args], { cwd: project.folder, env });
    const file = join(project.folder, '.serverless/cloudformation-template-update-stack.json');
    compiled.set(stage, JSON.parse(readFileSync(file, 'utf8')).Resources);
  }
});

afterAll(() => project.remove());

function roleOf(stage: string): Role {
  return readRole({
    Service: NAME,
    Stage: stage,
    Repository: REPOSITORY,
    Domain: stage === FULL ? DOMAIN : '',
    UriParameter: `/${NAME}/${stage === FULL ? 'staging' : stage}/mongodb-uri`,
  });
}

function needsOf(stage: string): Question[] {
  const stack = `${NAME}-${stage}`;
  const resources = compiled.get(stage)!;
  return [
    ...ofFramework(stack),
    ...ofTags(stack),
    ...ofDoctor(stack),
    ...(stage === FULL ? ofDomain(DOMAIN) : []),
    ...Object.keys(resources).flatMap((id) => ofResource(id, resources, stack)),
  ];
}

const namesOf = (questions: Question[]) =>
  questions.map(({ action, resource }) => `${action} ${resource}`);

test.each(['dev', 'prod', FULL])('%s: the role may do all that a deployment needs', (stage) => {
  const { deploy } = roleOf(stage);
  const denied = needsOf(stage).filter((need) => !allows(deploy, need));
  expect(namesOf(denied)).toEqual([]);
});

test('it may do nothing that no deployment needs', () => {
  const needs = needsOf(FULL);
  const needed = new Set(needs.map(({ action }) => action));
  const { deploy } = roleOf(FULL);
  const actions = deploy.flatMap(({ Action }) => Action);
  expect(actions.filter((action) => !needed.has(action))).toEqual([]);
  for (const statement of deploy) {
    const some = needs.some((need) => allows([statement], need));
    expect([statement, some]).toEqual([statement, true]);
  }
});

test('a role that lacks any one action is found', () => {
  const { deploy } = roleOf(FULL);
  const needs = needsOf(FULL);
  for (const action of new Set(deploy.flatMap(({ Action }) => Action))) {
    const less = deploy.map((statement) => ({
      ...statement,
      Action: [statement.Action].flat().filter((each) => each !== action),
    }));
    const denied = needs.find((need) => need.action === action && !allows(less, need));
    expect([action, denied?.action]).toEqual([action, action]);
  }
});

describe('of dev, it may not', () => {
  const { deploy, boundaryArn } = roleOf('dev');
  const functionRole = `arn:aws:iam::123456789012:role/${NAME}-dev-us-east-1-lambdaRole`;

  test.each<[string, Question]>([
    ['make a role without the boundary', { action: 'iam:CreateRole', resource: functionRole }],
    ['give it a policy when it has none', { action: 'iam:PutRolePolicy', resource: functionRole }],
    [
      'take its boundary away',
      {
        action: 'iam:DeleteRolePermissionsBoundary',
        resource: functionRole,
        context: { 'iam:PermissionsBoundary': boundaryArn },
      },
    ],
    ['change the boundary', { action: 'iam:CreatePolicyVersion', resource: boundaryArn }],
    [
      'attach a policy to it',
      {
        action: 'iam:AttachRolePolicy',
        resource: functionRole,
        context: { 'iam:PermissionsBoundary': boundaryArn },
      },
    ],
    [
      'change itself',
      {
        action: 'iam:PutRolePolicy',
        resource: `arn:aws:iam::123456789012:role/${NAME}-dev-deployer`,
        context: { 'iam:PermissionsBoundary': boundaryArn },
      },
    ],
    [
      'hand the role to another service',
      {
        action: 'iam:PassRole',
        resource: functionRole,
        context: { 'iam:PassedToService': 'ec2.amazonaws.com' },
      },
    ],
    ['read the connection string', { action: 'ssm:GetParameter', resource: '*' }],
    ['delete the stack', { action: 'cloudformation:DeleteStack', resource: '*' }],
  ])('%s', (_, question) => {
    expect(allows(deploy, question)).toBe(false);
  });

  test('do to prod what it may do to dev', () => {
    const stack = `${NAME}-prod`;
    const resources = compiled.get('prod')!;
    const named = Object.keys(resources)
      .flatMap((id) => ofResource(id, resources, stack))
      .concat(ofFramework(stack), ofTags(stack))
      .filter(({ resource }) => resource.includes(stack));
    expect(namesOf(named.filter((need) => allows(deploy, need)))).toEqual([]);
  });
});

test.each(['dev', 'prod', FULL])('%s: the boundary leaves the function its rights', (stage) => {
  const role = Object.values(compiled.get(stage)!).find(({ Type }) => Type === 'AWS::IAM::Role')!;
  const { boundary, boundaryArn } = roleOf(stage);
  expect(role.Properties!.PermissionsBoundary).toBe(boundaryArn);
  const [{ PolicyDocument }] = resolve(role.Properties!.Policies, place) as [
    { PolicyDocument: { Statement: Statement[] } },
  ];
  const rights = PolicyDocument.Statement.flatMap(({ Action, Resource }) =>
    [Action].flat().map((action) => ({ action, resource: String(Resource) })),
  );
  expect(rights.length).toBeGreaterThan(0);
  expect(namesOf(rights.filter((right) => !allows(boundary, right)))).toEqual([]);
});

test('only the environment of the stage, of the one repository, may take the role', () => {
  expect(roleOf('prod').trust).toEqual([
    {
      Effect: 'Allow',
      Principal: {
        Federated: 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com',
      },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: {
          'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
          'token.actions.githubusercontent.com:sub': `repo:${REPOSITORY}:environment:prod`,
        },
      },
    },
  ]);
});

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
test('its policy is not longer than IAM takes', () => {
  const text = JSON.stringify(roleOf(FULL).deploy);
  expect(text.length).toBeLessThan(10_240);
});
