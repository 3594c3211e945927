import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Validator } from '@seriousme/openapi-schema-validator';
import { parse } from 'yaml';
import { exportDocuments, openApp } from '../../../scripts/openapi/export.ts';
import { createDocument } from '../../../src/openapi/document.ts';
import { type GatewayRoute, listRoutes } from '../../../src/openapi/routes.ts';
import {
  type ImportedHttpApi,
  type ImportedRestApi,
  importHttp,
  importRest,
} from '../../deploy/import.ts';
import { program, renderByProgram } from '../terraform/program.ts';
import { renderTemplateFile } from '../terraform/terraform.ts';
import { FUNCTION, invocationOf, ROLE, STATE_MACHINE, USER_POOL } from './arns.ts';

const ISSUER = 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Abc123';

/** What Terraform would know. */
const variables: Record<string, string> = {
  function_invoke_arn: FUNCTION,
  oidc_issuer: 'https://example.okta.com/oauth2/default',
  oidc_audience: 'api://default',
  web_origin: 'https://www.example.com',
  gateway_role_arn: ROLE,
  user_pool_arn: USER_POOL,
  user_pool_issuer: ISSUER,
  user_pool_client_id: '5l6m7n8o9p',
  courier_authorizer_arn: invocationOf('courier'),
  deliveries_function_arn: invocationOf('deliveries'),
  orders_state_machine_arn: STATE_MACHINE,
  receipts_bucket: 'receipts-of-the-shop',
  avatars_bucket: 'avatars-of-users',
  user_function_arn: invocationOf('user'),
  staff_pool_arn: USER_POOL.replace('Abc123', 'Def456'),
  door_arn: invocationOf('door'),
  door_name: 'front-door',
};

const info = {
  title: 'exported',
  version: '1.0.0',
  description: 'The routes of an app',
  license: { name: 'MIT' },
};

interface Exported {
  name: string;
  kind: 'rest' | 'http';
  app: string;
  format: 'json' | 'yaml';
}

const SERVICE = 'src/app.ts';
const SHOP = 'examples/orders/app.ts';

export const exported: Exported[] = [
  { name: "the service's REST API", kind: 'rest', app: SERVICE, format: 'json' },
  { name: "the service's HTTP API", kind: 'http', app: SERVICE, format: 'yaml' },
  { name: "the shop's REST API", kind: 'rest', app: SHOP, format: 'json' },
  { name: "the shop's REST API in YAML", kind: 'rest', app: SHOP, format: 'yaml' },
  { name: 'one of each kind, REST', kind: 'rest', app: 'test/openapi/app.ts', format: 'json' },
  {
    name: 'what an HTTP API has of them',
    kind: 'http',
    app: 'test/openapi/http-app.ts',
    format: 'json',
  },
];

/** Exported, rendered, valid, imported, read back: whether every route is what it said of itself. */
export async function readBack(
  { kind, app, format }: Exported,
  endpoint: string,
  folder: string,
): Promise<string | undefined> {
  const file = join(folder, `exported.${format}`);
  const options = {
    app,
    issuer: '${oidc_issuer}',
    audience: '${oidc_audience}',
    format,
    info,
    origin: '${web_origin}',
    function: '${function_invoke_arn}',
  };
  await exportDocuments({ [kind]: file }, options);
  const text = await renderTemplateFile(file, variables);
  if (program && (await renderByProgram(file, variables)) !== text) {
    return `${program} itself renders it otherwise`;
  }
  const document = format === 'yaml' ? parse(text) : JSON.parse(text);
  const { valid, errors } = await new Validator().validate(structuredClone(document));
  if (!valid) return `It is no OpenAPI: ${JSON.stringify(errors)}`;

  const server = await openApp(options);
  const routes = listRoutes(server, await createDocument(server, info));
  await server.stop();
  const found =
    kind === 'rest'
      ? methodsOf(await importRest(endpoint, document))
      : routesOf(await importHttp(endpoint, document));
  const wanted = Object.fromEntries(
    routes.map((route) => [keyOf(route), kind === 'rest' ? restMethod(route) : httpRoute(route)]),
  );
  for (const { path, cors } of routes)
    if (cors && kind === 'rest') wanted[`OPTIONS ${path}`] = open;
  return differences(wanted, found);
}

function differences(
  wanted: Record<string, object>,
  found: Record<string, object>,
): string | undefined {
  const keys = [...new Set([...Object.keys(wanted), ...Object.keys(found)])];
  const lines = keys
    .filter((key) => !isDeepStrictEqual(wanted[key], found[key]))
    .map((key) => `${key}\n  is ${JSON.stringify(found[key])}\nnot ${JSON.stringify(wanted[key])}`);
  return lines.join('\n') || undefined;
}

function keyOf({ method, path }: GatewayRoute): string {
  return `${method.toUpperCase()} ${path}`;
}

interface Facts {
  authorization: string;
  authorizer?: string;
  scopes?: string[];
  key?: boolean;
  validator?: string;
  type?: string;
  uri?: string;
  role?: string;
}

const open: Facts = { authorization: 'NONE', type: 'MOCK' };

function methodsOf({ methods }: ImportedRestApi): Record<string, Facts> {
  const entries = Object.entries(methods).map(([key, method]) => {
    const { type, uri, credentials } = method.methodIntegration ?? {};
    return [
      key,
      facts({
        authorization: method.authorizationType!,
        authorizer: method.authorizer,
        scopes: method.authorizationScopes,
        key: method.apiKeyRequired,
        validator: method.requestValidator,
        type,
        uri,
        role: credentials,
      }),
    ];
  });
  return Object.fromEntries(entries);
}

function routesOf({ routes }: ImportedHttpApi): Record<string, Facts> {
  const entries = Object.entries(routes).map(([key, route]) => [
    key,
    facts({
      authorization: route.AuthorizationType ?? 'NONE',
      authorizer: route.authorizer,
      scopes: route.AuthorizationScopes,
      type: route.integration?.IntegrationSubtype ?? route.integration?.IntegrationType,
      uri: route.integration?.IntegrationUri,
      role: route.integration?.CredentialsArn,
    }),
  ]);
  return Object.fromEntries(entries);
}

/** What is absent, empty or false says the same. */
function facts(given: Facts): Facts {
  const said = Object.entries(given).filter(([, value]) => value && String(value) !== '');
  return Object.fromEntries(said) as unknown as Facts;
}

const fill = (value: unknown) =>
  String(value).replace(/\$\{(\w+)\}/g, (_, name) => variables[name]!);

function restMethod({ access, options, checks, integration, method }: GatewayRoute): Facts {
  const kinds = { cognito: 'COGNITO_USER_POOLS', lambda: 'CUSTOM', iam: 'AWS_IAM' } as Record<
    string,
    string
  >;
  const { kind } = access?.authorizer ?? {};
  const authorization = (kind && kinds[kind]) || 'NONE';
  return facts({
    authorization,
    authorizer: kind === 'cognito' || kind === 'lambda' ? fill(access?.scheme) : undefined,
    scopes: kind === 'cognito' ? access?.scopes : undefined,
    key: options.apiKey || kind === 'api-key',
    validator: checks.body
      ? checks.parameters
        ? 'all'
        : 'body'
      : checks.parameters
        ? 'parameters'
        : undefined,
    ...restIntegration(integration, method),
  });
}

function restIntegration(integration: GatewayRoute['integration'], _method: string) {
  const { lambda, stepFunction, s3Object, mock } = integration ?? {};
  if (mock) return { type: 'MOCK' };
  if (stepFunction) {
    const uri = 'arn:aws:apigateway:us-east-1:states:action/StartSyncExecution';
    return { type: 'AWS', uri, role: fill(stepFunction.role) };
  }
  if (s3Object) {
    const path = `${fill(s3Object.bucket)}/${s3Object.key.replaceAll(' ', '%20')}`;
    return {
      type: 'AWS',
      uri: `arn:aws:apigateway:us-east-1:s3:path/${path}`,
      role: fill(s3Object.role),
    };
  }
  if (lambda)
    return { type: 'AWS_PROXY', uri: fill(lambda.uri), role: lambda.role && fill(lambda.role) };
  return { type: 'AWS_PROXY', uri: FUNCTION };
}

function httpRoute({ access, integration }: GatewayRoute): Facts {
  const kinds = { jwt: 'JWT', cognito: 'JWT', lambda: 'CUSTOM', iam: 'AWS_IAM' } as Record<
    string,
    string
  >;
  const { kind } = access?.authorizer ?? {};
  const { lambda, stepFunction } = integration ?? {};
  const to = stepFunction
    ? { type: 'StepFunctions-StartSyncExecution', role: fill(stepFunction.role) }
    : {
        type: 'AWS_PROXY',
        uri: lambda ? fill(lambda.uri) : FUNCTION,
        role: lambda?.role && fill(lambda.role),
      };
  return facts({
    authorization: (kind && kinds[kind]) || 'NONE',
    authorizer: kind === 'iam' ? undefined : access && fill(access.scheme),
    scopes: access?.scopes,
    ...to,
  });
}
