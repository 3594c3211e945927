import type { Request, ServerAuthScheme } from '@hapi/hapi';
import { contextOf, proxyEvent } from '../gateway/event.ts';
import { invoke } from '../gateway/lambda.ts';
import { problem } from '../problem.ts';
import type {
  Authorizer,
  AuthorizerAnswer,
  AuthorizerEvent,
  LambdaAuthorizerOptions,
} from './authorizer.ts';
import { challengeOf } from './bearer.ts';
import { unauthorized } from './identify.ts';
import { allows, readAnswer } from './policy.ts';
import { vouchedBy } from './vouched.ts';

/** Where a strategy does not say it: API Gateway's own. */
export const TTL_SECONDS = 300;
const KEPT = 1_000;

/** A function says who calls and what they may: asked by the gateway, or else by the app itself. */
export const lambdaAuthorizer: ServerAuthScheme = (server, options) => {
  const authorizer = {
    kind: 'lambda',
    ...(options as LambdaAuthorizerOptions),
  } satisfies Authorizer;
  const { headerNames, ttlSeconds = TTL_SECONDS } = authorizer;
  const needsAll = authorizer.needs !== 'any';
  if (authorizer.type === 'token' && (headerNames.length !== 1 || !needsAll)) {
    throw new Error(
      'A Lambda authorizer of the type token needs one header: name one in headerNames.',
    );
  }
  if (headerNames.length === 0) {
    throw new Error('A Lambda authorizer has a header to look at: name it in headerNames.');
  }
  const isLaptop = server.app.settings.stage === 'local';
  const kept = new Map<string, { answer: AuthorizerAnswer; until: number }>();

  async function ask(request: Request): Promise<AuthorizerAnswer> {
    const proofs = headerNames.map((name) => request.headers[name.toLowerCase()] as string);
    if (needsAll && proofs.some((proof) => !proof)) {
      throw unauthorized(`These headers are needed: ${headerNames.join(', ')}.`, challengeOf());
    }
    // Each API has a cache of its own, as its policies name it.
    const { apiId, stage } = contextOf(request);
    const key = JSON.stringify([apiId, stage, ...proofs]);
    const found = kept.get(key);
    if (found && found.until > Date.now()) return found.answer;
    const event = eventOf(authorizer.type, request, proofs[0]);
    const answer = await callFunction(authorizer, event, request, isLaptop);
    if (needsAll && ttlSeconds > 0) {
      kept.delete(key);
      kept.set(key, { answer, until: Date.now() + ttlSeconds * 1000 });
      if (kept.size > KEPT) kept.delete(kept.keys().next().value!);
    }
    return answer;
  }

  return {
    api: { authorizer },
    async authenticate(request, h) {
      const { sub, claims } = vouchedIdentity(request) ?? identityOf(await ask(request), request);
      return h.authenticated({ credentials: { sub, scope: [], claims } });
    },
  };
};

interface Identity {
  sub: string;
  claims: Record<string, unknown>;
}

function vouchedIdentity(request: Request): Identity | undefined {
  const { lambda } = vouchedBy(request);
  if (typeof lambda !== 'object' || lambda === null) return undefined;
  const { principalId, ...claims } = lambda as Record<string, unknown>;
  // An HTTP API hands on what the function has said of a caller, and not whom it has named.
  const sub = [principalId, claims.sub].find((name) => typeof name === 'string') ?? 'authorized';
  return { sub: sub as string, claims };
}

function identityOf(
  { principalId, policyDocument, context }: AuthorizerAnswer,
  request: Request,
): Identity {
  if (!allows(policyDocument, methodArnOf(request))) {
    throw problem(403, 'FORBIDDEN', 'The caller may not do this.');
  }
  return { sub: principalId, claims: context ?? {} };
}

async function callFunction(
  { uri, local }: LambdaAuthorizerOptions,
  event: AuthorizerEvent,
  request: Request,
  isLaptop: boolean,
): Promise<AuthorizerAnswer> {
  if (isLaptop && !local) {
    throw problem(501, 'NO_STAND_IN', 'No authorizer stands in here: see docs/openapi.md.');
  }
  try {
    return readAnswer(await (isLaptop ? local!(event) : invoke(uri, event, request)));
  } catch (error) {
    if (isUnauthorized(error)) {
      throw unauthorized('The caller is not let in.', challengeOf());
    }
    request.server.app.log.error('An authorizer failed', { route: request.route.path, error });
    throw problem(
      500,
      'AUTHORIZER_FAILED',
      'Who decides whether the caller may come in has failed.',
    );
  }
}

/**
 * Of a function that is written with a callback it may be the text alone.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
 */
function isUnauthorized(thrown: unknown): boolean {
  return (thrown instanceof Error ? thrown.message : thrown) === 'Unauthorized';
}

function eventOf(
  type: LambdaAuthorizerOptions['type'],
  request: Request,
  token?: string,
): AuthorizerEvent {
  const methodArn = methodArnOf(request);
  if (type === 'token') return { type: 'TOKEN', authorizationToken: token, methodArn };
  const { body, isBase64Encoded, ...event } = proxyEvent(request, null);
  const { queryStringParameters, multiValueQueryStringParameters, pathParameters } = event;
  return {
    type: 'REQUEST',
    methodArn,
    ...event,
    // Where there are none, an authorizer gets empty maps and no null.
    queryStringParameters: queryStringParameters ?? {},
    multiValueQueryStringParameters: multiValueQueryStringParameters ?? {},
    pathParameters: pathParameters ?? {},
  };
}

function methodArnOf(request: Request): string {
  const { accountId, apiId, stage } = contextOf(request);
  const region = process.env.AWS_REGION ?? 'local';
  const method = request.method.toUpperCase();
  return `arn:aws:execute-api:${region}:${accountId}:${apiId}/${stage}/${method}${request.path}`;
}
