import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ApiGatewayV2Client,
  GetApiMappingsCommand,
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
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListRolePoliciesCommand,
  ListRolesCommand,
} from '@aws-sdk/client-iam';
import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  ListFunctionsCommand,
  ListLayersCommand,
} from '@aws-sdk/client-lambda';
import { GetObjectCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import type { Aws } from './aws.ts';
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
  region: string;
  runtime: string;
  architecture: string;
  handler: string;
  memory: number;
  timeout: number;
  environment: Record<string, string>;
  layers: string[];
  digest: string;
}

export interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
}

export interface Deployed {
  api: { id: string; cors: Record<string, unknown>; stages: string[] };
  routes: DeployedRoute[];
  authorizers: Map<string, DeployedAuthorizer>;
  function: DeployedFunction;
  statements: Statement[];
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
  readonly #apis: ApiGatewayV2Client;
  readonly #stacks: CloudFormationClient;
  readonly #lambda: LambdaClient;
  readonly #iam: IAMClient;
  readonly #logs: CloudWatchLogsClient;
  readonly #s3: S3Client;

  constructor({ endpoint, region, environment }: Aws) {
    const options = {
      endpoint,
      region,
      credentials: {
        accessKeyId: environment.AWS_ACCESS_KEY_ID!,
        secretAccessKey: environment.AWS_SECRET_ACCESS_KEY!,
      },
    };
    this.#apis = new ApiGatewayV2Client(options);
    this.#stacks = new CloudFormationClient(options);
    this.#lambda = new LambdaClient(options);
    this.#iam = new IAMClient(options);
    this.#logs = new CloudWatchLogsClient(options);
    this.#s3 = new S3Client({ ...options, forcePathStyle: true });
  }

  async read(stack: string, functionName: string): Promise<Deployed> {
    const ids = await this.#resources(stack);
    const apiId = ids.find(({ type }) => type === 'AWS::ApiGatewayV2::Api')?.id;
    if (!apiId) throw new Error(`The stack ${stack} has no HTTP API.`);
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
        cors: { ...api.CorsConfiguration },
        stages: stages.map(({ StageName }) => StageName!),
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
      statements: await this.#readStatements(ids),
    };
  }

  async readFunction(name: string): Promise<DeployedFunction> {
    const found = await this.#lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: name }),
    );
    return {
      name,
      region: found.FunctionArn!.split(':')[3]!,
      runtime: found.Runtime ?? '',
      architecture: found.Architectures?.[0] ?? 'x86_64',
      handler: found.Handler ?? '',
      memory: found.MemorySize ?? 0,
      timeout: found.Timeout ?? 0,
      environment: found.Environment?.Variables ?? {},
      layers: (found.Layers ?? []).map(({ Arn }) => Arn!),
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

  /** Whether a request for the domain reaches the API. */
  async isMapped(domain: string, apiId: string): Promise<boolean> {
    const { Items = [] } = await this.#apis.send(new GetApiMappingsCommand({ DomainName: domain }));
    return Items.some(({ ApiId, Stage }) => ApiId === apiId && Stage === '$default');
  }

  /** All that a deployment may have left behind. */
  async list(): Promise<string[]> {
    const [functions, layers, apis, domains, roles, groups, buckets, stacks] = await Promise.all([
      this.#lambda.send(new ListFunctionsCommand()),
      this.#lambda.send(new ListLayersCommand()),
      this.#apis.send(new GetApisCommand()),
      this.#apis.send(new GetDomainNamesCommand()),
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

  async #readStatements(ids: { type: string; id: string }[]): Promise<Statement[]> {
    const statements: Statement[] = [];
    for (const { type, id: RoleName } of ids) {
      if (type !== 'AWS::IAM::Role') continue;
      await this.#iam.send(new GetRoleCommand({ RoleName }));
      const { PolicyNames = [] } = await this.#iam.send(new ListRolePoliciesCommand({ RoleName }));
      for (const PolicyName of PolicyNames) {
        const { PolicyDocument } = await this.#iam.send(
          new GetRolePolicyCommand({ RoleName, PolicyName }),
        );
        statements.push(...JSON.parse(decodeURIComponent(PolicyDocument!)).Statement);
      }
    }
    return statements;
  }
}
