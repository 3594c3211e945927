import type { LambdaEvent } from '../../src/adapter/index.ts';

/** A request as it goes over the wire, before a front door makes an event of it. */
export interface Wire {
  method?: string;
  /** The request target, as it stands in the request line. */
  target?: string;
  headers?: [name: string, value: string][];
  body?: string | Buffer;
  address?: string;
  host?: string;
}

/** What a client gets of a result, whatever its shape. */
export interface Received {
  status: number;
  headers: Record<string, string[]>;
  cookies: string[];
  body: Buffer;
}

interface FrontDoor {
  source: string;
  toEvent(wire: Required<Wire>): object;
  // biome-ignore lint/suspicious/noExplicitAny: each front door reads a shape of its own.
  receive(result: any): Received;
}

export type Kind = keyof typeof frontDoors;

/** Made as AWS's documentation says that each front door makes it. */
export function toEvent(kind: Kind, wire: Wire = {}): LambdaEvent {
  const { method = 'GET', target = '/', headers = [], body = '' } = wire;
  const { address = '203.0.113.7', host = hosts[kind] ?? 'api.example.com' } = wire;
  const event = frontDoors[kind].toEvent({ method, target, headers, body, address, host });
  return JSON.parse(JSON.stringify(event));
}

export function receive(kind: Kind, result: unknown): Received {
  return frontDoors[kind].receive(result);
}

const hosts: Partial<Record<string, string>> = {
  'http-api': 'abcdef.execute-api.eu-central-1.amazonaws.com',
  'rest-api': 'abcdef.execute-api.eu-central-1.amazonaws.com',
  'function-url': 'abcdef.lambda-url.eu-central-1.on.aws',
};

export const frontDoors = {
  'http-api': {
    source: 'http-api',
    toEvent: (wire) => version2(wire, decodePath(pathOf(wire))),
    receive: readVersion2,
  },
  'function-url': {
    source: 'function-url',
    toEvent: (wire) => version2(wire, pathOf(wire)),
    receive: readVersion2,
  },
  'rest-api': { source: 'rest-api', toEvent: restApi, receive: readVersion1 },
  'alb, single values': {
    source: 'alb',
    toEvent: (wire) => alb(wire, 'single'),
    receive: (result) => readAlb(result, 'headers'),
  },
  'alb, multiple values': {
    source: 'alb',
    toEvent: (wire) => alb(wire, 'multiple'),
    receive: (result) => readAlb(result, 'multiValueHeaders'),
  },
  edge: { source: 'edge', toEvent: edge, receive: readEdge },
  'vpc-lattice, version 1': { source: 'vpc-lattice', toEvent: lattice1, receive: readVersion1 },
  'vpc-lattice, version 2': { source: 'vpc-lattice', toEvent: lattice2, receive: readVersion1 },
} satisfies Record<string, FrontDoor>;

export const kinds = Object.keys(frontDoors) as Kind[];

function pathOf({ target }: Required<Wire>): string {
  return target.split('?', 1)[0]!;
}

function queryOf({ target }: Required<Wire>): string {
  return target.split('?').slice(1).join('?');
}

function decodePath(path: string): string {
  return Buffer.from(
    path.replace(/%([\da-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString();
}

function version2(wire: Required<Wire>, rawPath: string) {
  const lists = listsOf(wire);
  const { cookie, ...headers } = lists;
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString: queryOf(wire),
    ...(cookie && { cookies: cookie.flatMap((line) => line.split('; ')) }),
    headers: mapValues(headers, (values) => values.join(',')),
    requestContext: {
      accountId: '123456789012',
      apiId: 'abcdef',
      domainName: wire.host,
      domainPrefix: 'abcdef',
      http: {
        method: wire.method,
        path: rawPath,
        protocol: 'HTTP/1.1',
        sourceIp: wire.address,
        userAgent: 'test',
      },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: '$default',
      stage: '$default',
      time: '10/Mar/2020:05:16:23 +0000',
      timeEpoch: 1583817383220,
    },
    ...bodyOf(wire),
  };
}

function restApi(wire: Required<Wire>) {
  const headers = listsOf(wire, (name) => name);
  const query = decodedPairs(queryOf(wire));
  return {
    resource: '/{proxy+}',
    path: pathOf(wire),
    httpMethod: wire.method,
    headers: mapValues(headers, (values) => values.at(-1)),
    multiValueHeaders: headers,
    queryStringParameters: query && mapValues(query, (values) => values.at(-1)),
    multiValueQueryStringParameters: query,
    pathParameters: { proxy: pathOf(wire).slice(1) },
    stageVariables: null,
    requestContext: {
      accountId: '123456789012',
      apiId: 'abcdef',
      domainName: wire.host,
      httpMethod: wire.method,
      identity: { sourceIp: wire.address, userAgent: 'test' },
      path: `/dev${pathOf(wire)}`,
      protocol: 'HTTP/1.1',
      requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
      resourcePath: '/{proxy+}',
      stage: 'dev',
    },
    body: null,
    isBase64Encoded: false,
    ...bodyOf(wire),
  };
}

function alb(wire: Required<Wire>, mode: 'single' | 'multiple') {
  const headers = listsOf(wire);
  headers['x-forwarded-for'] = [[...(headers['x-forwarded-for'] ?? []), wire.address].join(', ')];
  const query = pairsOf(queryOf(wire), keep) ?? {};
  return {
    requestContext: {
      elb: {
        targetGroupArn:
          'arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/api/abcdef',
      },
    },
    httpMethod: wire.method,
    path: pathOf(wire),
    ...(mode === 'multiple'
      ? { multiValueQueryStringParameters: query, multiValueHeaders: headers }
      : {
          queryStringParameters: mapValues(query, (values) => values.at(-1)),
          headers: mapValues(headers, (values) => values.at(-1)),
        }),
    body: '',
    isBase64Encoded: false,
    ...bodyOf(wire),
  };
}

function edge(wire: Required<Wire>) {
  const headers = Object.entries(listsOf(wire));
  return {
    Records: [
      {
        cf: {
          config: {
            distributionDomainName: 'd123.cloudfront.net',
            distributionId: 'EDFDVBD6EXAMPLE',
            eventType: 'origin-request',
            requestId: '4TyzHTaYWb1GX1qTfsHhEqV6HUDd_BzoBZnwfnvQc_1oF26ClkoUSEQ==',
          },
          request: {
            clientIp: wire.address,
            method: wire.method,
            uri: pathOf(wire),
            querystring: queryOf(wire),
            headers: Object.fromEntries(
              headers.map(([key, values]) => [key, values.map((value) => ({ key, value }))]),
            ),
            ...(wire.body.length > 0 && {
              body: {
                inputTruncated: false,
                action: 'read-only',
                encoding: 'base64',
                data: Buffer.from(wire.body).toString('base64'),
              },
            }),
          },
        },
      },
    ],
  };
}

function lattice1(wire: Required<Wire>) {
  const { body, isBase64Encoded } = { isBase64Encoded: false, ...bodyOf(wire) };
  const headers = { ...listsOf(wire), 'x-forwarded-for': [wire.address] };
  return {
    raw_path: pathOf(wire),
    method: wire.method,
    headers: mapValues(headers, (values) => values.join(', ')),
    query_string_parameters: mapValues(pairsOf(queryOf(wire), keep) ?? {}, (values) =>
      values.at(-1),
    ),
    body: body ?? '',
    is_base64_encoded: isBase64Encoded,
  };
}

function lattice2(wire: Required<Wire>) {
  return {
    version: '2.0',
    path: pathOf(wire),
    method: wire.method,
    headers: { ...listsOf(wire), 'x-forwarded-for': [wire.address] },
    queryStringParameters: pairsOf(queryOf(wire), keep),
    ...bodyOf(wire),
    requestContext: {
      serviceNetworkArn: 'arn:aws:vpc-lattice:eu-central-1:123456789012:servicenetwork/sn-1',
      serviceArn: 'arn:aws:vpc-lattice:eu-central-1:123456789012:service/svc-1',
      targetGroupArn: 'arn:aws:vpc-lattice:eu-central-1:123456789012:targetgroup/tg-1',
      identity: { sourceVpcArn: 'arn:aws:ec2:eu-central-1:123456789012:vpc/vpc-1' },
      region: 'eu-central-1',
      timeEpoch: '1690497599177430',
    },
  };
}

function listsOf(
  { host, headers }: Required<Wire>,
  spell: (name: string) => string = (name) => name.toLowerCase(),
): Record<string, string[]> {
  const lists: Record<string, string[]> = { __proto__: null as never, [spell('Host')]: [host] };
  for (const [name, value] of headers) {
    lists[spell(name)] ??= [];
    lists[spell(name)]!.push(value);
  }
  return lists;
}

function decodedPairs(query: string) {
  return pairsOf(query, (part) => decodeURIComponent(part.replaceAll('+', ' ')));
}

const keep = (part: string) => part;

function pairsOf(query: string, decode: (part: string) => string) {
  if (query === '') return null;
  const lists: Record<string, string[]> = { __proto__: null as never };
  for (const pair of query.split('&')) {
    const [name, value] = [pair.split('=', 1)[0]!, pair.split('=').slice(1).join('=')].map(decode);
    lists[name!] ??= [];
    lists[name!]!.push(value!);
  }
  return lists;
}

function bodyOf({ body }: Required<Wire>) {
  if (body.length === 0) return {};
  return typeof body === 'string'
    ? { body, isBase64Encoded: false }
    : { body: body.toString('base64'), isBase64Encoded: true };
}

function mapValues<A, B>(map: Record<string, A>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, change(value)]));
}

type Loose = Record<string, string>;
type Lists = Record<string, string[]>;

function readVersion2(result: {
  statusCode: number;
  headers?: Loose;
  cookies?: string[];
  body?: string;
  isBase64Encoded?: boolean;
}): Received {
  const { 'set-cookie': cookie = [], ...headers } = lowerCase(result.headers ?? {}, {});
  return {
    status: result.statusCode,
    headers,
    cookies: [...(result.cookies ?? []), ...cookie],
    body: readBody(result.body, result.isBase64Encoded),
  };
}

/** A name that stands in both has the values of the list. */
function readVersion1(result: {
  statusCode: number;
  headers?: Loose;
  multiValueHeaders?: Lists;
  body?: string;
  isBase64Encoded?: boolean;
}): Received {
  const all = lowerCase(result.headers ?? {}, result.multiValueHeaders ?? {});
  const { 'set-cookie': cookies = [], ...headers } = all;
  const body = readBody(result.body, result.isBase64Encoded);
  return { status: result.statusCode, headers, cookies, body };
}

/** A target group reads the one form that it is set to. */
function readAlb(
  result: Parameters<typeof readVersion1>[0] & { statusDescription?: string },
  form: 'headers' | 'multiValueHeaders',
): Received {
  if (!/^\d{3} ./.test(result.statusDescription ?? '')) throw new Error('no statusDescription');
  return readVersion1({ ...result, headers: {}, multiValueHeaders: {}, [form]: result[form] });
}

function readEdge(result: {
  status: string;
  headers?: Record<string, { key?: string; value: string }[]>;
  body?: string;
  bodyEncoding?: string;
}): Received {
  const lists = mapValues(result.headers ?? {}, (lines) => lines.map(({ value }) => value));
  const { 'set-cookie': cookies = [], ...headers } = lowerCase({}, lists);
  const body = readBody(result.body, result.bodyEncoding === 'base64');
  return { status: Number(result.status), headers, cookies, body };
}

/** Names that differ in case alone are lines of one header. */
function lowerCase(single: Loose, multiple: Lists): Lists {
  const all: Lists = { __proto__: null as never };
  const listed = new Set(Object.keys(multiple).map((name) => name.toLowerCase()));
  for (const [name, value] of Object.entries(single)) {
    if (listed.has(name.toLowerCase())) continue;
    if (typeof value !== 'string') throw new Error(`${name} is no text`);
    all[name.toLowerCase()] = [...(all[name.toLowerCase()] ?? []), value];
  }
  for (const [name, values] of Object.entries(multiple)) {
    if (!values.every((value) => typeof value === 'string')) throw new Error(`${name} is no text`);
    all[name.toLowerCase()] = [...(all[name.toLowerCase()] ?? []), ...values];
  }
  return all;
}

function readBody(body = '', isBase64 = false): Buffer {
  return Buffer.from(body, isBase64 ? 'base64' : 'utf8');
}
