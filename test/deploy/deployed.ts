import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ApiGatewayV2Client,
  GetApisCommand,
  GetAuthorizersCommand,
  GetDomainNamesCommand,
  GetRoutesCommand,
  GetStagesCommand,
} from '@aws-sdk/client-apigatewayv2';
import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
} from '@aws-sdk/client-iam';
import {
  GetFunctionCommand,
  LambdaClient,
  ListFunctionsCommand,
  ListLayersCommand,
} from '@aws-sdk/client-lambda';
import { GetObjectCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { type DeployedAlarm, readAlarms } from './alarms.ts';
import type { Aws } from './aws.ts';
import { type DeployedDomain, listRecords, readDomains } from './domain.ts';
import { run } from './program.ts';

export interface DeployedRoute {
  routeKey: string;
  /** Of an authorizer; a public route has none. */
  authorizer?: string;
  scopes: string[];
}

export interface DeployedAuthorizer {
  issuer: string;
  audience: string[];
  identitySource: string[];
  type: string;
}

export interface DeployedFunction {
  name: string;
  arn: string;
  region: string;
  runtime: string;
  architecture: string;
  handler: string;
  memory: number;
  timeout: number;
  environment: Record<string, string>;
  layers: string[];
  /** How many of it may run at once, where that is limited. */
  reserved?: number;
  tags: Record<string, string>;
  digest: string;
}

export interface Statement {
  Effect: string;
  Action?: string | string[];
  Resource?: unknown;
}

export interface DeployedApi {
  id: string;
  /** API Gateway's own address of it, which may be switched off. */
  host: string;
  isHostOn: boolean;
  cors: Record<string, unknown>;
  tags: Record<string, string>;
  stages: DeployedStage[];
}

export interface DeployedStage {
  name: string;
  limits: Record<string, unknown>;
  /** Of single routes, by their keys. */
  routeLimits: Record<string, Record<string, unknown>>;
  accessLog: { destination?: string; format?: string };
}

export interface DeployedRole {
  statements: Statement[];
  /** Names of policies of AWS's or of the account's own. */
  attached: string[];
}

export interface Deployed {
  api: DeployedApi;
  routes: DeployedRoute[];
  authorizers: Map<string, DeployedAuthorizer>;
  function: DeployedFunction;
  /** Those that lead to the API. */
  domains: DeployedDomain[];
  role: DeployedRole;
  /** Days, by the name of the log group. */
  logs: Record<string, number | undefined>;
  alarms: DeployedAlarm[];
  /** Of the stack. */
  tags: Record<string, string>;
}

/** What belongs together, by its names and ids. */
export interface Parts {
  apiId: string;
  roles: string[];
  logs: string[];
  alarms: string[];
  tags: Record<string, string>;
}

interface Template {
  Resources: Record<string, { Type: string; Properties?: { Code?: Stored; Content?: Stored } }>;
}

interface Stored {
  S3Bucket: string | { Ref: string };
  S3Key: string;
}

/** What a stack has made of serverless.yml, asked of the services themselves. */
export class Account {
  readonly #aws: Aws;
  readonly #apis: ApiGatewayV2Client;
  readonly #stacks: CloudFormationClient;
  readonly #lambda: LambdaClient;
  readonly #iam: IAMClient;
  readonly #logs: CloudWatchLogsClient;
  readonly #s3: S3Client;

  constructor(aws: Aws) {
    this.#aws = aws;
    this.#apis = new ApiGatewayV2Client(aws.client);
    this.#stacks = new CloudFormationClient(aws.client);
    this.#lambda = new LambdaClient(aws.client);
    this.#iam = new IAMClient(aws.client);
    this.#logs = new CloudWatchLogsClient(aws.client);
    this.#s3 = new S3Client({ ...aws.client, forcePathStyle: true });
  }

  async read(stack: string, functionName: string): Promise<Deployed> {
    const ids = await this.#resources(stack);
    const idsOf = (wanted: string) => ids.filter(({ type }) => type === wanted).map(({ id }) => id);
    const [apiId] = idsOf('AWS::ApiGatewayV2::Api');
    if (!apiId) throw new Error(`The stack ${stack} has no HTTP API.`);
    const { Stacks: stacks = [] } = await this.#stacks.send(
      new DescribeStacksCommand({ StackName: stack }),
    );
    const tags = (stacks[0]?.Tags ?? []).map(({ Key, Value }) => [Key, Value]);
    return this.readParts(functionName, {
      apiId,
      roles: idsOf('AWS::IAM::Role'),
      logs: idsOf('AWS::Logs::LogGroup'),
      alarms: idsOf('AWS::CloudWatch::Alarm'),
      tags: Object.fromEntries(tags),
    });
  }

  async readParts(functionName: string, parts: Parts): Promise<Deployed> {
    const { apiId } = parts;
    const { Items: apis = [] } = await this.#apis.send(new GetApisCommand());
    const { Items: routes = [] } = await this.#apis.send(new GetRoutesCommand({ ApiId: apiId }));
    const { Items: stages = [] } = await this.#apis.send(new GetStagesCommand({ ApiId: apiId }));
    const { Items: authorizers = [] } = await this.#apis.send(
      new GetAuthorizersCommand({ ApiId: apiId }),
    );
    const api = apis.find(({ ApiId }) => ApiId === apiId)!;
    return {
      api: {
        id: apiId,
        host: new URL(api.ApiEndpoint!).host,
        isHostOn: !api.DisableExecuteApiEndpoint,
        cors: { ...api.CorsConfiguration },
        tags: api.Tags ?? {},
        stages: stages.map((stage) => ({
          name: stage.StageName!,
          limits: { ...stage.DefaultRouteSettings },
          routeLimits: { ...stage.RouteSettings } as DeployedStage['routeLimits'],
          accessLog: {
            destination: stage.AccessLogSettings?.DestinationArn,
            format: stage.AccessLogSettings?.Format,
          },
        })),
      },
      routes: routes.map((route) => ({
        routeKey: route.RouteKey!,
        ...((route.AuthorizationType ?? 'NONE') !== 'NONE' && {
          authorizer: route.AuthorizerId ?? '',
        }),
        scopes: route.AuthorizationScopes ?? [],
      })),
      authorizers: new Map(
        authorizers.map((each) => [
          each.AuthorizerId!,
          {
            issuer: each.JwtConfiguration?.Issuer ?? '',
            audience: each.JwtConfiguration?.Audience ?? [],
            identitySource: each.IdentitySource ?? [],
            type: each.AuthorizerType ?? '',
          },
        ]),
      ),
      function: await this.readFunction(functionName),
      domains: await readDomains(this.#aws, apiId),
      role: await this.readRole(parts.roles),
      logs: await this.readLogs(parts.logs),
      alarms: await readAlarms(this.#aws, parts.alarms),
      tags: parts.tags,
    };
  }

  async readFunction(name: string): Promise<DeployedFunction> {
    const {
      Configuration: found = {},
      Concurrency,
      Tags = {},
    } = await this.#lambda.send(new GetFunctionCommand({ FunctionName: name }));
    return {
      name,
      arn: found.FunctionArn!,
      region: found.FunctionArn!.split(':')[3]!,
      runtime: found.Runtime ?? '',
      architecture: found.Architectures?.[0] ?? 'x86_64',
      handler: found.Handler ?? '',
      memory: found.MemorySize ?? 0,
      timeout: found.Timeout ?? 0,
      environment: found.Environment?.Variables ?? {},
      layers: (found.Layers ?? []).map(({ Arn }) => Arn!),
      reserved: Concurrency?.ReservedConcurrentExecutions,
      tags: Tags,
      digest: found.CodeSha256 ?? '',
    };
  }

  /** Unpacks the function's zip and its layers' as Lambda does: /var/task and /opt. */
  async unpack(stack: string, python: string, digest: string, folder: string): Promise<string[]> {
    const { TemplateBody } = await this.#stacks.send(new GetTemplateCommand({ StackName: stack }));
    const { Resources } = JSON.parse(TemplateBody!) as Template;
    const ids = await this.#resources(stack);
    const lines = [];
    await mkdir(join(folder, 'opt'), { recursive: true });
    for (const { Type, Properties } of Object.values(Resources)) {
      const isFunction = Type === 'AWS::Lambda::Function';
      const stored = isFunction ? Properties?.Code : Properties?.Content;
      if (!stored || !(isFunction || Type === 'AWS::Lambda::LayerVersion')) continue;
      const { S3Bucket: bucket, S3Key: Key } = stored;
      const Bucket =
        typeof bucket === 'string' ? bucket : ids.find(({ name }) => name === bucket.Ref)?.id;
      const { Body } = await this.#s3.send(new GetObjectCommand({ Bucket, Key }));
      const bytes = await Body!.transformToByteArray();
      if (isFunction && createHash('sha256').update(bytes).digest('base64') !== digest) {
        throw new Error('The zip in the bucket is not the one that the function has.');
      }
      const zip = join(folder, isFunction ? 'function.zip' : 'layer.zip');
      await writeFile(zip, bytes);
      const target = join(folder, isFunction ? 'task' : 'opt');
      await run(python, ['-m', 'zipfile', '--extract', zip, target]);
      lines.push(`${isFunction ? 'function' : 'layer'} ${Math.ceil(bytes.length / 1024)} KB`);
    }
    return lines;
  }

  /** All that a deployment may have left behind. */
  async list(): Promise<string[]> {
    const [functions, layers, apis, domains, records, roles, groups, buckets, stacks] =
      await Promise.all([
        this.#lambda.send(new ListFunctionsCommand()),
        this.#lambda.send(new ListLayersCommand()),
        this.#apis.send(new GetApisCommand()),
        this.#apis.send(new GetDomainNamesCommand()),
        listRecords(this.#aws),
        this.#iam.send(new ListRolesCommand()),
        this.#logs.send(new DescribeLogGroupsCommand()),
        this.#s3.send(new ListBucketsCommand()),
        this.#stacks.send(new DescribeStacksCommand()),
      ]);
    return [
      ...(functions.Functions ?? []).map(({ FunctionName }) => `function ${FunctionName}`),
      ...(layers.Layers ?? []).map(({ LayerName }) => `layer ${LayerName}`),
      ...(apis.Items ?? []).map(({ Name }) => `API ${Name}`),
      ...(domains.Items ?? []).map(({ DomainName }) => `domain ${DomainName}`),
      ...records.map(({ name }) => `record ${name}`),
      ...(roles.Roles ?? []).map(({ RoleName }) => `role ${RoleName}`),
      ...(groups.logGroups ?? []).map(({ logGroupName }) => `log group ${logGroupName}`),
      ...(buckets.Buckets ?? []).map(({ Name }) => `bucket ${Name}`),
      ...(stacks.Stacks ?? [])
        .filter(({ StackStatus }) => StackStatus !== 'DELETE_COMPLETE')
        .map(({ StackName }) => `stack ${StackName}`),
    ];
  }

  async #resources(stack: string): Promise<{ name: string; type: string; id: string }[]> {
    const { StackResources = [] } = await this.#stacks.send(
      new DescribeStackResourcesCommand({ StackName: stack }),
    );
    return StackResources.map((each) => ({
      name: each.LogicalResourceId!,
      type: each.ResourceType!,
      id: each.PhysicalResourceId!,
    }));
  }

  async readRole(names: string[]): Promise<DeployedRole> {
    const role: DeployedRole = { statements: [], attached: [] };
    for (const RoleName of names) {
      const { PolicyNames = [] } = await this.#iam.send(new ListRolePoliciesCommand({ RoleName }));
      for (const PolicyName of PolicyNames) {
        const { PolicyDocument } = await this.#iam.send(
          new GetRolePolicyCommand({ RoleName, PolicyName }),
        );
        role.statements.push(...JSON.parse(decodeURIComponent(PolicyDocument!)).Statement);
      }
      const { AttachedPolicies = [] } = await this.#iam.send(
        new ListAttachedRolePoliciesCommand({ RoleName }),
      );
      role.attached.push(...AttachedPolicies.map(({ PolicyArn }) => PolicyArn!));
    }
    return role;
  }

  async readLogs(names: string[]): Promise<Deployed['logs']> {
    const { logGroups = [] } = await this.#logs.send(new DescribeLogGroupsCommand());
    return Object.fromEntries(
      logGroups
        .filter(({ logGroupName }) => names.includes(logGroupName!))
        .map(({ logGroupName, retentionInDays }) => [logGroupName!, retentionInDays]),
    );
  }
}
