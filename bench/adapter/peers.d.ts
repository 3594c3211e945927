/** As much of the peers as is used here: the project's own check knows nothing of their installation. */

type PeerHandler = (
  event: import('aws-lambda').APIGatewayProxyEventV2,
  context: import('aws-lambda').Context,
) => Promise<unknown>;

declare module '@codegenie/serverless-express' {
  export default function serverlessExpress(options: {
    app: object;
    binarySettings: { contentTypes: string[]; contentEncodings?: string[] };
    log?: object;
  }): PeerHandler;
}

declare module 'serverless-http' {
  export default function serverlessHttp(
    app: object,
    options: { binary: string[]; basePath?: string | undefined },
  ): PeerHandler;
}

declare module 'fastify' {
  interface Request {
    params: Record<string, string>;
    query: Record<string, string>;
    body: { text: string };
  }
  interface Reply {
    code(status: number): Reply;
    type(type: string): Reply;
    send(body: Buffer): Reply;
  }
  type Handler = (request: Request, reply: Reply) => Promise<unknown>;
  interface Instance {
    get(path: string, handler: Handler): void;
    post(path: string, options: { schema: { body: object } }, handler: Handler): void;
    ready(): Promise<void>;
  }
  export default function fastify(): Instance;
}

declare module '@fastify/aws-lambda' {
  export default function awsLambdaFastify(
    app: object,
    options: { binaryMimeTypes: string[] },
  ): PeerHandler;
}

declare module 'hono' {
  interface Context {
    req: {
      param(name: string): string;
      query(name: string): string;
      json(): Promise<{ text?: unknown }>;
    };
    json(body: object, status?: number): Response;
    body(body: Buffer, status: number, headers: Record<string, string>): Response;
  }
  type Handler = (c: Context) => Response | Promise<Response>;
  export class Hono {
    get(path: string, handler: Handler): void;
    post(path: string, handler: Handler): void;
  }
}

declare module 'hono/aws-lambda' {
  export function handle(app: object): PeerHandler;
}
