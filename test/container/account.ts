import { APIGatewayClient, GetStageCommand } from '@aws-sdk/client-api-gateway';
import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { GetRolePolicyCommand, IAMClient } from '@aws-sdk/client-iam';
import { GetFunctionCommand, GetPolicyCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { Stage } from '../../scripts/stage.ts';
import type { Aws } from '../deploy/aws.ts';
import type { DeployedFunction } from '../deploy/deployed.ts';
import { type ImportedRestApi, readRest } from '../deploy/import.ts';
import { differ } from './difference.ts';
import type { Image } from './dockerfile.ts';
import type { Makefile } from './makefile.ts';

/** By target, what .env has to have. */
const needed = {
  create_ecr_repository: ['AWS_REGION'],
  deploy_to_ecr: ['AWS_ACCOUNT_ID', 'AWS_REGION'],
  create_lambda_function: ['AWS_ACCOUNT_ID', 'AWS_REGION', 'AWS_LAMBDA_ROLE_ARN'],
  update_lambda_function: ['AWS_ACCOUNT_ID', 'AWS_REGION'],
  create_api: ['AWS_REGION'],
};

/** What the Makefile makes of an account, which this machine stands in for. */
export class Account {
  readonly #aws: Aws;
  readonly #makefile: Makefile;
  readonly #stage: Stage;
  readonly #registry: string;
  readonly #function: string;
  readonly #lambda: LambdaClient;

  constructor(aws: Aws, makefile: Makefile, stage: Stage, registry: string) {
    this.#aws = aws;
    this.#makefile = makefile;
    this.#stage = stage;
    this.#registry = registry;
    this.#function = `${stage.service}-${stage.name}-container`;
    this.#lambda = new LambdaClient(aws.client);
  }

  get stage(): string {
    return this.#stage.name;
  }

  async lack(): Promise<string | undefined> {
    const faults: string[] = [];
    for (const [target, names] of Object.entries(needed)) {
      const output = await this.#makefile.make(target).catch(({ message }: Error) => message);
      const [, ...lines] = output.split('\n');
      const wanted = `infra/container/.env lacks ${names.join(' ')}: .env.example shows what it has.`;
      if (lines.length !== 1 || !lines[0]!.includes(wanted)) faults.push(output);
    }
    return [...faults, ...(await this.#makefile.docker())].join('\n') || undefined;
  }

  async createRepository(): Promise<string | undefined> {
    await this.#makefile.make('create_ecr_repository');
    const { repositories } = await this.#makefile.aws('ecr', 'describe-repositories');
    const [{ repositoryName, imageTagMutability, imageScanningConfiguration }] = repositories;
    return differ(
      [repositories.length, repositoryName, imageTagMutability, imageScanningConfiguration],
      [1, this.#stage.service, 'IMMUTABLE', { scanOnPush: true }],
    );
  }

  async deployImage(): Promise<string | undefined> {
    await this.#makefile.make('deploy_to_ecr', 'TAG=tried');
    const image = `${this.#stage.service}:tried`;
    return differ(await this.#makefile.docker(), [
      `docker build --platform linux/arm64 --tag ${image} --file Dockerfile ../../dist/image`,
      `docker login --username AWS --password-stdin ${this.#registry}`,
      `docker tag ${image} ${this.#registry}/${image}`,
      `docker push ${this.#registry}/${image}`,
    ]);
  }

  async runImage(): Promise<string | undefined> {
    await this.#makefile.make('run_container', 'TAG=tried', 'MONGODB_URI=mongodb://a:secret@b');
    await this.#makefile.make('run_server', 'TAG=tried');
    const runs = (await this.#makefile.docker()).filter((note) => note.startsWith('docker run '));
    const common = 'docker run --rm --platform linux/arm64';
    const settings = `--env-file ../../dist/settings/${this.#stage.name}.env`;
    const image = `${this.#stage.service}:tried`;
    return differ(runs, [
      `${common} --no-healthcheck --publish 127.0.0.1:9000:8080 ${settings} --env MONGODB_URI_PARAMETER= --env MONGODB_URI ${image}`,
      `${common} --publish 127.0.0.1:3000:3000 ${settings} --env MONGODB_URI --entrypoint node ${image} server.js`,
    ]);
  }

  async createFunction(): Promise<string | undefined> {
    await this.#makefile.make('create_lambda_function', 'TAG=tried');
    return this.#compareFunction('tried');
  }

  async updateFunction(): Promise<string | undefined> {
    const other = ['--function-name', this.#function, '--memory-size', '128'];
    await this.#makefile.aws('lambda', 'update-function-configuration', ...other);
    await this.#makefile.make('update_lambda_function', 'TAG=next');
    return this.#compareFunction('next');
  }

  async #compareFunction(tag: string): Promise<string | undefined> {
    const { Configuration: made = {}, Code } = await this.#readFunction();
    const { service, settings, environment, functions } = this.#stage;
    const { memory, timeout } = settings;
    return differ(
      {
        package: made.PackageType,
        image: Code?.ImageUri,
        architectures: made.Architectures,
        memory: made.MemorySize,
        timeout: made.Timeout,
        variables: made.Environment?.Variables,
        group: made.LoggingConfig?.LogGroup,
      },
      {
        package: 'Image',
        image: `${this.#registry}/${service}:${tag}`,
        architectures: ['arm64'],
        memory,
        timeout,
        variables: environment,
        group: `/aws/lambda/${functions[0]!.name}`,
      },
    );
  }

  async createApi(): Promise<string | undefined> {
    const output = await this.#makefile.make('create_api');
    const { id, api, role, permission } = await this.readApi();
    const { region } = this.#aws;
    const arn = `arn:aws:execute-api:${region}:123456789012:${id}`;
    const methods = Object.entries(api.methods).map(([key, method]) => [
      key,
      method.authorizationType,
      method.methodIntegration?.type,
      method.methodIntegration?.uri?.split(':function:')[1],
    ]);
    const own = `${this.#function}/invocations`;
    return differ(
      {
        methods: methods.sort(),
        validator: api.methods['POST /invoke']?.requestValidator,
        compressed: api.api.minimumCompressionSize,
        endpoints: api.api.endpointConfiguration?.types,
        role,
        permission,
        isTold: output.includes(`https://${id}.execute-api.${region}.amazonaws.com/${this.stage}`),
      },
      {
        methods: [
          ['ANY /', 'AWS_IAM', 'AWS_PROXY', own],
          ['ANY /{proxy+}', 'AWS_IAM', 'AWS_PROXY', own],
          ['POST /invoke', 'AWS_IAM', 'AWS', own],
        ],
        validator: 'body',
        compressed: 1024,
        endpoints: ['REGIONAL'],
        role: [
          { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: `${arn}/${this.stage}/*` },
        ],
        permission: ['apigateway.amazonaws.com', `${arn}/*`],
        isTold: true,
      },
    );
  }

  async readApi() {
    const StackName = `${this.#function}-api`;
    const stacks = new CloudFormationClient(this.#aws.client);
    const { Stacks } = await stacks.send(new DescribeStacksCommand({ StackName }));
    const { StackResources = [] } = await stacks.send(
      new DescribeStackResourcesCommand({ StackName }),
    );
    const idOf = (type: string) =>
      StackResources.find(({ ResourceType }) => ResourceType === type)!.PhysicalResourceId!;
    const id = idOf('AWS::ApiGateway::RestApi');
    const apis = new APIGatewayClient(this.#aws.client);
    // It throws where there is none.
    await apis.send(new GetStageCommand({ restApiId: id, stageName: this.stage }));
    const { PolicyDocument } = await new IAMClient(this.#aws.client).send(
      new GetRolePolicyCommand({ RoleName: idOf('AWS::IAM::Role'), PolicyName: 'call' }),
    );
    const { Policy } = await this.#lambda.send(
      new GetPolicyCommand({ FunctionName: this.#function }),
    );
    const [statement] = JSON.parse(Policy!).Statement;
    return {
      id,
      outputs: Stacks![0]!.Outputs,
      api: (await readRest(apis, id)) as ImportedRestApi,
      role: JSON.parse(decodeURIComponent(PolicyDocument!)).Statement,
      permission: [statement.Principal.Service, statement.Condition.ArnLike['AWS:SourceArn']],
    };
  }

  /** The function as it was created, of an image. Its database does not answer. */
  async readDeployed({ base, command, environment }: Image): Promise<DeployedFunction> {
    const { Configuration: made = {} } = await this.#readFunction();
    const variables = made.Environment!.Variables!;
    await new SSMClient(this.#aws.client).send(
      new PutParameterCommand({
        Name: variables.MONGODB_URI_PARAMETER!,
        Value: 'mongodb://127.0.0.1:1',
        Type: 'SecureString',
      }),
    );
    return {
      name: this.#function,
      arn: made.FunctionArn!,
      region: this.#aws.region,
      runtime: base.replace(/^.*\/nodejs:(\d+)$/, 'nodejs$1.x'),
      architecture: made.Architectures![0]!,
      handler: command[0]!,
      memory: made.MemorySize!,
      timeout: made.Timeout!,
      environment: { ...environment, ...variables, AWS_ENDPOINT_URL_SSM: this.#aws.endpoint },
      layers: [],
      reserved: undefined,
      tags: {},
      digest: '',
    };
  }

  #readFunction() {
    return this.#lambda.send(new GetFunctionCommand({ FunctionName: this.#function }));
  }
}
