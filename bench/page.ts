import { MongoClient } from 'mongodb';

/** What is asked for where a whole request is timed: a page of 20 messages from a database that answers. */
const DATABASE = 'page';
const ISSUER = 'https://example.okta.com/oauth2/default';

export function environment(mongoUri: string): Record<string, string> {
  return {
    STAGE: 'dev',
    LOG_LEVEL: 'INFO',
    OIDC_ISSUER: ISSUER,
    OIDC_AUDIENCE: 'api://default',
    MONGODB_URI: mongoUri,
    MONGODB_DATABASE: DATABASE,
  };
}

export async function seed(uri: string): Promise<void> {
  const client = new MongoClient(uri);
  const at = new Date();
  await client
    .db(DATABASE)
    .collection('messages')
    .insertMany(
      Array.from({ length: 50 }, (_, i) => {
        return { text: `Message ${i}`, author: 'user1', createdAt: at, updatedAt: at, version: 1 };
      }),
    );
  await client.close();
}

/** A request of it, as an HTTP API hands it over, whose authorizer has let user1 through. */
export function createEvent(): object {
  const path = '/messages';
  const claims = {
    iss: ISSUER,
    aud: 'api://default',
    sub: 'user1',
    exp: String(Math.floor(Date.now() / 1000) + 600),
  };
  return {
    version: '2.0',
    routeKey: 'GET /{proxy+}',
    rawPath: path,
    rawQueryString: '',
    headers: { host: 'api.example.com' },
    requestContext: {
      domainName: 'api.example.com',
      requestId: 'JKJaXmPLvHcESHA=',
      stage: '$default',
      timeEpoch: Date.now(),
      http: { method: 'GET', path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: '' },
      authorizer: { jwt: { claims, scopes: null } },
    },
    isBase64Encoded: false,
  };
}

export function checkPage(
  name: string,
  { statusCode, body }: { statusCode: number; body: string },
): void {
  const count = statusCode === 200 ? JSON.parse(body).items.length : 0;
  if (count !== 20) throw new Error(`${name} answered ${statusCode} ${body}`);
}
