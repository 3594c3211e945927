import type { Request } from '@hapi/hapi';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Jwt } from './authorizer.ts';

export interface Visit {
  request: Request;
  requestId: string;
  routeKey: string;
  jwt: Jwt | undefined;
}

type Event = APIGatewayProxyEventV2 & { requestContext: { authorizer?: { jwt: Jwt } } };

/**
 * The event that an HTTP API makes of a request (payload 2.0):
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function toEvent({ request, requestId, routeKey, jwt }: Visit): Event {
  const { req } = request.raw;
  const [path = '/', ...rest] = req.url!.split('?');
  const rawQueryString = rest.join('?');
  const rawPath = decode(path);
  const { cookie, ...headers } = readHeaders(req.rawHeaders);
  const body = bodyOf(request);
  const host = headers.host ?? '';
  const { remoteAddress, received } = request.info;
  const sourceIp = remoteAddress.replace(/^::ffff:/, '');

  return {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString,
    ...(cookie !== undefined && { cookies: cookie.split(/; */).filter(Boolean) }),
    headers: {
      ...headers,
      ...(body && { 'content-length': String(body.length) }),
      'x-forwarded-for': [headers['x-forwarded-for'], sourceIp].filter(Boolean).join(', '),
      'x-forwarded-port': String(request.server.info.port),
      'x-forwarded-proto': 'http',
    },
    ...(rawQueryString && { queryStringParameters: readQuery(rawQueryString) }),
    ...(Object.keys(request.params).length > 0 && {
      pathParameters: { ...(request.params as Record<string, string>) },
    }),
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      ...(jwt && { authorizer: { jwt } }),
      domainName: host.replace(/:\d+$/, ''),
      domainPrefix: host.split(/[.:]/)[0]!,
      http: {
        method: req.method!,
        path: rawPath,
        protocol: `HTTP/${req.httpVersion}`,
        sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId,
      routeKey,
      stage: '$default',
      time: commonLogTime(new Date(received)),
      timeEpoch: received,
    },
    ...encodeBody(body, headers['content-type']),
  };
}

/** Names in lower case, and the values of one name joined; what belongs to the connection ends here. */
function readHeaders(raw: string[]): Record<string, string | undefined> {
  const headers = new Map<string, string>();
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!.toLowerCase();
    if (connectionHeaders.includes(name)) continue;
    const before = headers.get(name);
    const glue = name === 'cookie' ? '; ' : ',';
    headers.set(name, before === undefined ? raw[i + 1]! : `${before}${glue}${raw[i + 1]}`);
  }
  return Object.fromEntries(headers);
}

const connectionHeaders = ['connection', 'keep-alive', 'te', 'transfer-encoding', 'upgrade'];

/** An HTTP API decodes the path, so that `%2F` and `/` are one to a function. */
function decode(path: string): string {
  const bytes = path.replace(/%([\da-f]{2})/gi, (_, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString();
}

function readQuery(query: string): Record<string, string> {
  const parameters: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    parameters[name] = Object.hasOwn(parameters, name) ? `${parameters[name]},${value}` : value;
  }
  return parameters;
}

/** serverless-offline has its routes hand over the bytes as they are. */
function bodyOf({ payload }: Pick<Request, 'payload'>): Buffer | undefined {
  return Buffer.isBuffer(payload) && payload.length > 0 ? payload : undefined;
}

function encodeBody(body: Buffer | undefined, type = '') {
  if (!body) return { isBase64Encoded: false };
  const isText = /^(text\/|application\/(json|xml|javascript|[\w.+-]+\+(json|xml))\b)/i.test(type);
  const text = body.toString();
  if (isText && Buffer.from(text).equals(body)) return { body: text, isBase64Encoded: false };
  return { body: body.toString('base64'), isBase64Encoded: true };
}

function commonLogTime(date: Date): string {
  const [, day, month, year, time] = /, (\d+) (\w+) (\d+) ([\d:]+)/.exec(date.toUTCString())!;
  return `${day}/${month}/${year}:${time} +0000`;
}
