import http from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import aws4 from 'aws4';
import type { Environment } from './config.ts';

/** All that a start may spend on it. */
const BUDGET_MS = 3_000;
const ATTEMPTS = 3;
const PAUSE_MS = 200;

/**
 * The connection string from SSM, where it is kept as a SecureString: the environment of a function can be
 * read by all who may read its configuration. One that is set beside the parameter's name is taken instead.
 */
export async function readParameters(
  env: Environment,
  warn: (message: string) => void,
): Promise<Environment> {
  const { MONGODB_URI_PARAMETER: name, MONGODB_URI: set } = env;
  if (!name) return env;
  if (set) {
    warn('MONGODB_URI is set, and taken instead of the one that MONGODB_URI_PARAMETER names.');
    return env;
  }
  try {
    return { ...env, MONGODB_URI: await getParameter(name, env) };
  } catch (error) {
    throw new Error(`The parameter ${name} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/**
 * One signed request: the SDK that Lambda brings takes 100 ms to load and send it (docs/cold-start.md).
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
 */
async function getParameter(name: string, env: Environment): Promise<string> {
  const signal = AbortSignal.timeout(BUDGET_MS);
  for (let attempt = 1; ; attempt++) {
    const { status, body } = await ask({ Name: name, WithDecryption: true }, env, signal);
    if (status === 200) return body.Parameter.Value;
    const kind = String(body.__type ?? status).replace(/^.*#/, '');
    // Many functions that start at once are more than SSM answers: 40 a second, unless it is told otherwise.
    const mayPass = status === 0 || status >= 500 || /Throttling|TooManyRequests/.test(kind);
    if (!mayPass || attempt === ATTEMPTS) throw new Error(`${kind} ${body.message ?? ''}`.trim());
    await setTimeout(PAUSE_MS * attempt * (1 + Math.random()), undefined, { signal });
  }
}

interface Answer {
  /** 0 where there is none. */
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: JSON of SSM's.
  body: any;
}

async function ask(input: object, env: Environment, signal: AbortSignal): Promise<Answer> {
  const url = endpointOf(env);
  const options = aws4.sign(
    {
      service: 'ssm',
      region: env.AWS_REGION,
      method: 'POST',
      host: url.host,
      path: '/',
      headers: {
        'Content-Type': 'application/x-amz-json-1.1',
        'X-Amz-Target': 'AmazonSSM.GetParameter',
      },
      body: JSON.stringify(input),
    },
    {
      accessKeyId: env.AWS_ACCESS_KEY_ID,
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
      sessionToken: env.AWS_SESSION_TOKEN,
    },
  );
  const { request } = url.protocol === 'http:' ? http : https;
  const { method, headers, body } = options;
  try {
    const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
      request(url, { method, headers, signal }, resolve).on('error', reject).end(body);
    });
    return { status: response.statusCode!, body: parse(await text(response)) };
  } catch (error) {
    if (signal.aborted) throw error;
    return { status: 0, body: { __type: '', message: (error as Error).message } };
  }
}

/** Between here and SSM there may be something that answers in HTML. */
function parse(json: string) {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}

/** As the SDK finds it: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html */
function endpointOf({ AWS_ENDPOINT_URL_SSM, AWS_ENDPOINT_URL, AWS_REGION = '' }: Environment): URL {
  const domain = AWS_REGION.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return new URL(
    AWS_ENDPOINT_URL_SSM || AWS_ENDPOINT_URL || `https://ssm.${AWS_REGION}.${domain}/`,
  );
}
