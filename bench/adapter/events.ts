import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';

export const kinds = ['GET', 'POST', 'binary'] as const;
export type Kind = (typeof kinds)[number];

export const greeting = { message: 'Hello, world' };
export const message = { text: 'A message of ordinary length, as somebody may have typed it.' };

/** The bytes of an image look like any: ASCII alone would spare some their work with it. */
export const image = Buffer.alloc(100 * 1024);
for (let i = 0, seed = 1; i < image.length; i++) {
  seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
  image[i] = seed >> 16;
}

export const events: Record<Kind, APIGatewayProxyEventV2> = {
  GET: createEvent('GET', '/hello/world', 'word=Hello&page=2'),
  POST: createEvent('POST', '/messages', 'draft=false', JSON.stringify(message)),
  binary: createEvent('GET', '/binary', 'size=full'),
};

/** Of payload 2.0, as an HTTP API hands it over. */
function createEvent(method: string, path: string, query: string, body?: string) {
  const host = 'abcdef1234.execute-api.eu-central-1.amazonaws.com';
  const userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
  const event: APIGatewayProxyEventV2 = {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    cookies: ['session=5f2b1c9e8d7a4f60'],
    headers: {
      accept: 'application/json, */*;q=0.8',
      'accept-encoding': 'gzip, deflate, br',
      'accept-language': 'en-GB,en;q=0.7',
      authorization: 'Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyMSJ9.c2lnbmF0dXJl',
      host,
      'user-agent': userAgent,
      'x-amzn-trace-id': 'Root=1-5e9f0c65-1de4d666d4dd26aced652b6c',
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
      ...(body && { 'content-type': 'application/json', 'content-length': `${body.length}` }),
    },
    queryStringParameters: Object.fromEntries(new URLSearchParams(query)),
    requestContext: {
      accountId: '123456789012',
      apiId: 'abcdef1234',
      domainName: host,
      domainPrefix: 'abcdef1234',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '203.0.113.7', userAgent },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: '$default',
      stage: '$default',
      time: '21/Nov/2026:06:00:00 +0000',
      timeEpoch: 1_795_240_800_000,
    },
    isBase64Encoded: false,
  };
  return body ? { ...event, body } : event;
}

/** As Lambda's runtime makes one for each event. */
export function createContext(): Context {
  const deadline = Date.now() + 30_000;
  return {
    awsRequestId: '8f507cfc-1c2b-4e6a-9d3e-5b7a1c0d2e4f',
    functionName: 'app',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:app',
    memoryLimitInMB: '1024',
    logGroupName: '/aws/lambda/app',
    logStreamName: '2026/11/21/[$LATEST]0123456789abcdef',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  } as Context;
}
