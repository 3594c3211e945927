import type { Request } from '@hapi/hapi';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { queryOf } from '../query.ts';

/** The request as a REST API would hand it to another function. */
export function proxyEvent(request: Request, body: Buffer | null): APIGatewayProxyEvent {
  const { path, method, app } = request;
  const [headers, multiValueHeaders] = collect(headersOf(request));
  const [query, multiValueQuery] = collect([...queryOf(request)]);
  const isText = body === null || Buffer.from(body.toString()).equals(body);
  return {
    resource: resourceOf(request),
    path,
    httpMethod: method.toUpperCase(),
    headers,
    multiValueHeaders,
    queryStringParameters: orNull(query),
    multiValueQueryStringParameters: orNull(multiValueQuery),
    pathParameters: orNull(paramsOf(request)),
    stageVariables: null,
    body: body?.toString(isText ? 'utf8' : 'base64') ?? null,
    isBase64Encoded: !isText,
    requestContext: {
      ...contextOf(request),
      requestId: app.requestId,
      resourcePath: resourceOf(request),
      httpMethod: method.toUpperCase(),
    },
  };
}

/** What a gateway knows of its API and of the caller; where there is none, as much as a function may count on. */
export function contextOf({ lambda, info, headers }: Request) {
  const event = lambda?.event as Partial<APIGatewayProxyEvent> | undefined;
  return {
    accountId: '000000000000',
    apiId: 'local',
    stage: 'local',
    identity: { sourceIp: info.remoteAddress, userAgent: headers['user-agent'] ?? null },
    ...event?.requestContext,
  } as APIGatewayProxyEvent['requestContext'];
}

/** hapi's path as API Gateway writes it: `/files/{key*}` is `/files/{key+}`, and `{id?}` is two resources. */
export function resourceOf(request: Request): string {
  const sent = paramsOf(request);
  const resource = request.route.path
    .replace('*}', '+}')
    .replace(/\/\{(\w+)\?\}/, (_, name) => (sent[name] === undefined ? '' : `/{${name}}`));
  return resource || '/';
}

/** As they were sent: a schema may have made numbers of them, which a gateway never sees. */
export function paramsOf({ params, orig }: Request): Last {
  return (orig.params ?? params) as Last;
}

/** As they were spelt; a request of hapi's `inject` has them in lower case only. */
function headersOf({ raw, headers }: Request): [string, string][] {
  const flat = raw.req.rawHeaders ?? Object.entries(headers).flat();
  return flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1]!] as [string, string]] : []));
}

/** Where there are none the gateway says null. */
function orNull<T extends object>(map: T): T | null {
  return Object.keys(map).length > 0 ? map : null;
}

type Last = Record<string, string>;
type All = Record<string, string[]>;

function collect(entries: [string, string][]): [Last, All] {
  const all: All = Object.create(null);
  for (const [name, value] of entries) {
    all[name] ??= [];
    all[name].push(value);
  }
  return [Object.fromEntries(entries), all];
}
