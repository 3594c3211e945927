import {
  APIGatewayClient,
  type Authorizer,
  type GatewayResponse,
  GetAuthorizersCommand,
  GetGatewayResponsesCommand,
  GetModelsCommand,
  GetRequestValidatorsCommand,
  GetResourcesCommand,
  GetRestApiCommand,
  ImportRestApiCommand,
  type Method,
  type RequestValidator,
  type RestApi,
} from '@aws-sdk/client-api-gateway';
import {
  ApiGatewayV2Client,
  GetApiCommand,
  type GetApiResponse,
  GetIntegrationsCommand,
  GetRoutesCommand,
  GetAuthorizersCommand as GetV2AuthorizersCommand,
  type Authorizer as HttpAuthorizer,
  ImportApiCommand,
  type Integration,
  type Route,
} from '@aws-sdk/client-apigatewayv2';

/** By name what has one, and each method by its verb and its path. */
export interface ImportedRestApi {
  api: Pick<
    RestApi,
    | 'name'
    | 'description'
    | 'version'
    | 'binaryMediaTypes'
    | 'minimumCompressionSize'
    | 'apiKeySource'
    | 'endpointConfiguration'
    | 'disableExecuteApiEndpoint'
    | 'securityPolicy'
    | 'endpointAccessMode'
  > & { policy?: object };
  methods: Record<string, ImportedMethod>;
  authorizers: Record<string, Omit<Authorizer, 'id' | 'name'>>;
  validators: Record<string, Omit<RequestValidator, 'id' | 'name'>>;
  /** The schemas; one refers to another by `#/models/<name>`. */
  models: Record<string, object>;
  gatewayResponses: Record<string, Omit<GatewayResponse, 'responseType'>>;
}

export type ImportedMethod = Omit<
  Method,
  'httpMethod' | 'authorizerId' | 'requestValidatorId' | '$metadata'
> & { authorizer?: string; requestValidator?: string };

/** Each route by its key. */
export interface ImportedHttpApi {
  api: Pick<
    GetApiResponse,
    'Name' | 'Description' | 'Version' | 'CorsConfiguration' | 'DisableExecuteApiEndpoint' | 'Tags'
  >;
  routes: Record<string, ImportedRoute>;
  authorizers: Record<string, Omit<HttpAuthorizer, 'AuthorizerId' | 'Name'>>;
  /** What an HTTP API does not know, and what was left out therefore. */
  info: string[];
}

export type ImportedRoute = Omit<Route, 'RouteId' | 'RouteKey' | 'AuthorizerId' | 'Target'> & {
  authorizer?: string;
  integration?: Omit<Integration, 'IntegrationId'>;
};

const REGION = 'us-east-1';
const credentials = { accessKeyId: 'import', secretAccessKey: 'import' };

/** Refused with a BadRequestException, a line for each fault, be it a warning only. */
export async function importRest(endpoint: string, document: object): Promise<ImportedRestApi> {
  const client = new APIGatewayClient({ endpoint, region: REGION, credentials });
  try {
    const { id: restApiId } = await client.send(
      new ImportRestApiCommand({
        body: new TextEncoder().encode(JSON.stringify(document)),
        failOnWarnings: true,
        parameters: { endpointConfigurationTypes: 'REGIONAL' },
      }),
    );
    return await readRest(client, restApiId!);
  } finally {
    client.destroy();
  }
}

export async function readRest(
  client: APIGatewayClient,
  restApiId: string,
): Promise<ImportedRestApi> {
  const of = { restApiId, limit: 500 };
  const { id, createdDate, rootResourceId, tags, policy, $metadata, ...api } = await client.send(
    new GetRestApiCommand({ restApiId }),
  );
  const resources = await client.send(new GetResourcesCommand({ ...of, embed: ['methods'] }));
  const authorizers = await client.send(new GetAuthorizersCommand(of));
  const validators = await client.send(new GetRequestValidatorsCommand(of));
  const models = await client.send(new GetModelsCommand(of));
  const gatewayResponses = await client.send(new GetGatewayResponsesCommand(of));
  const authorizerNames = namesOf(authorizers.items);
  const validatorNames = namesOf(validators.items);
  const methods = (resources.items ?? []).flatMap(({ path, resourceMethods = {} }) =>
    Object.entries(resourceMethods).map(([verb, given]) => {
      const { httpMethod, authorizerId, requestValidatorId, ...method } = given;
      return [
        `${verb} ${path}`,
        {
          ...method,
          authorizer: authorizerNames.get(authorizerId),
          requestValidator: validatorNames.get(requestValidatorId),
        },
      ] as const;
    }),
  );
  return plain({
    api: { ...api, ...(policy && { policy: readPolicy(policy, restApiId) }) },
    methods: Object.fromEntries(methods),
    authorizers: byName(authorizers.items),
    validators: byName(validators.items),
    models: Object.fromEntries(
      (models.items ?? []).map(({ name, schema }) => [name, readModel(schema!, restApiId)]),
    ),
    gatewayResponses: Object.fromEntries(
      (gatewayResponses.items ?? []).map(({ responseType, ...each }) => [responseType, each]),
    ),
  });
}

function readPolicy(policy: string, restApiId: string): object {
  const arn = new RegExp(`arn:[^"]*:${restApiId}/`, 'g');
  return JSON.parse(policy.replace(arn, 'execute-api:/'));
}

function readModel(schema: string, restApiId: string): object {
  const address = `https://apigateway.amazonaws.com/restapis/${restApiId}/models/`;
  return JSON.parse(schema.replaceAll(address, '#/models/'));
}

/** Refused with a BadRequestException, a line for each fault, be it a warning only. */
export async function importHttp(endpoint: string, document: object): Promise<ImportedHttpApi> {
  const client = new ApiGatewayV2Client({ endpoint, region: REGION, credentials });
  try {
    const { ApiId, ImportInfo = [] } = await client.send(
      new ImportApiCommand({ Body: JSON.stringify(document), FailOnWarnings: true }),
    );
    return plain({ ...(await readHttp(client, ApiId!)), info: ImportInfo });
  } finally {
    client.destroy();
  }
}

async function readHttp(
  client: ApiGatewayV2Client,
  ApiId: string,
): Promise<Omit<ImportedHttpApi, 'info'>> {
  const { Name, Description, Version, CorsConfiguration, DisableExecuteApiEndpoint, Tags } =
    await client.send(new GetApiCommand({ ApiId }));
  const authorizers = (await client.send(new GetV2AuthorizersCommand({ ApiId }))).Items ?? [];
  const integrations = (await client.send(new GetIntegrationsCommand({ ApiId }))).Items ?? [];
  const routes = (await client.send(new GetRoutesCommand({ ApiId }))).Items ?? [];
  const integrationsByTarget = new Map(
    integrations.map(({ IntegrationId, ...each }) => [`integrations/${IntegrationId}`, each]),
  );
  const authorizerNames = new Map(authorizers.map((each) => [each.AuthorizerId, each.Name]));
  return {
    api: { Name, Description, Version, CorsConfiguration, DisableExecuteApiEndpoint, Tags },
    routes: Object.fromEntries(
      routes.map(({ RouteId, RouteKey, AuthorizerId, Target, ...route }) => [
        RouteKey,
        {
          ...route,
          authorizer: authorizerNames.get(AuthorizerId),
          integration: integrationsByTarget.get(String(Target)),
        },
      ]),
    ),
    authorizers: Object.fromEntries(
      authorizers.map(({ AuthorizerId, Name, ...each }) => [Name, each]),
    ),
  };
}

interface Named {
  id?: string;
  name?: string;
}

function namesOf(items: Named[] = []): Map<string | undefined, string | undefined> {
  return new Map(items.map(({ id, name }) => [id, name]));
}

function byName<T extends Named>(items: T[] = []): Record<string, Omit<T, 'id' | 'name'>> {
  return Object.fromEntries(items.map(({ id, name, ...each }) => [name, each]));
}

/** Without what is undefined, so that it can be compared. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}
