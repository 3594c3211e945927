import { deepStrictEqual, match, strictEqual } from 'node:assert/strict';
import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  Context,
} from 'aws-lambda';
import { createContext, events, greeting, image, type Kind, kinds, message } from './events.ts';

export type Result = APIGatewayProxyStructuredResultV2;
export type Handler = (event: APIGatewayProxyEventV2, context: Context) => Promise<unknown>;

/** Makes one invocation ready, and returns what is timed of it. */
export type Prepare = () => () => Promise<unknown>;

export interface Contender {
  name: string;
  /** Those that it is measured with. Default: all. */
  kinds?: readonly Kind[];
  prepare: (kind: Kind) => Prepare;
  /** Of what an invocation came to, for the check alone. Default: it is the result. */
  toResult?: (answer: unknown) => Result;
}

export function fromHandler(name: string, handler: Handler): Contender {
  return {
    name,
    prepare(kind) {
      // Peers write into the event and what is in it: to each its own, and a new one each time.
      const event = structuredClone(events[kind]);
      return () => {
        const [given, context] = [{ ...event }, createContext()];
        return () => handler(given, context);
      };
    },
  };
}

const expected: Record<Kind, { status: number; type: RegExp; json?: object }> = {
  GET: { status: 200, type: /^application\/json/, json: greeting },
  POST: { status: 201, type: /^application\/json/, json: message },
  binary: { status: 200, type: /^image\/png$/ },
};

/** Whoever answers something else is not measured with it. */
export async function checkContender({ name, kinds: own = kinds, prepare, toResult }: Contender) {
  for (const kind of own) {
    const answer = await prepare(kind)()();
    checkResult(name, kind, toResult ? toResult(answer) : (answer as Result));
  }
}

export function checkResult(name: string, kind: Kind, result: Result): void {
  const { status, type, json } = expected[kind];
  try {
    strictEqual(result.statusCode, status, `its status is ${result.statusCode}`);
    match(String(result.headers?.['content-type']), type);
    strictEqual(result.isBase64Encoded ?? false, !json, 'its body is flagged wrongly');
    if (json) deepStrictEqual(JSON.parse(result.body ?? ''), json);
    else strictEqual(result.body === image.toString('base64'), true, 'its bytes are others');
  } catch (error) {
    throw new Error(`${name} does not answer ${kind} as it has to: ${(error as Error).message}`);
  }
}
