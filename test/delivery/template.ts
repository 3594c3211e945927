import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Statement } from './policy.ts';

/** Where everything is in the tests. */
export const place: Record<string, string> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'us-east-1',
  'AWS::AccountId': '123456789012',
};

/** Where Jest and npm run. */
export const ROLE = join(process.cwd(), 'infra/github/role.yml');

export interface Role {
  trust: Statement[];
  deploy: Statement[];
  boundary: Statement[];
  boundaryArn: string;
}

/** infra/github/role.yml as CloudFormation makes it of its parameters. */
export function readRole(given: Record<string, string>): Role {
  const { Parameters, Conditions, Resources } = parse(readFileSync(ROLE, 'utf8'));
  const boundaryArn = `arn:aws:iam::123456789012:policy/${given.Service}-${given.Stage}-boundary`;
  const defaults = Object.entries<{ Default?: string }>(Parameters).map(([name, { Default }]) => [
    name,
    Default,
  ]);
  const values = {
    ...place,
    ...Object.fromEntries(defaults),
    ...given,
    Boundary: boundaryArn,
    GithubProvider: 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com',
  };
  const { Boundary, Deployer } = resolve(Resources, values, Conditions) as typeof Resources;
  const { AssumeRolePolicyDocument, Policies } = Deployer.Properties;
  return {
    trust: AssumeRolePolicyDocument.Statement,
    deploy: Policies[0].PolicyDocument.Statement,
    boundary: Boundary.Properties.PolicyDocument.Statement,
    boundaryArn,
  };
}

/** Of CloudFormation's functions those that the template has. */
export function resolve(
  value: unknown,
  values: Record<string, string>,
  conditions: Record<string, unknown> = {},
): unknown {
  const again = (inner: unknown) => resolve(inner, values, conditions);
  if (Array.isArray(value)) return value.map(again).filter((each) => each !== undefined);
  if (typeof value !== 'object' || value === null) return value;
  const [[name, argument] = []] = Object.entries(value);
  switch (name) {
    case 'Ref':
      return values[argument];
    case 'Fn::Sub':
      return argument.replace(/\$\{([^}]+)\}/g, (_: string, key: string) => values[key] ?? '');
    case 'Fn::If':
      return again(again(conditions[argument[0]]) ? argument[1] : argument[2]);
    case 'Fn::Equals':
      return again(argument[0]) === argument[1];
    case 'Fn::Not':
      return !again(argument[0]);
    default:
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, again(inner)]));
  }
}
