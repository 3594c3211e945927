import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';

export interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

export interface Ask {
  token?: string;
  headers?: Record<string, string>;
  json?: object;
}

/** What has not been answered by then never is. */
const PATIENCE_MS = 10_000;

class ConnectionEnded extends Error {}

/** Keeps its connections, as browsers and load balancers do; `fetch` costs several times as much of a core. */
export class Client {
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 256 });

  constructor(url: string) {
    this.#url = url;
  }

  async ask(method: string, path: string, ask: Ask = {}): Promise<Reply> {
    try {
      return await this.#send(method, path, ask);
    } catch (error) {
      // The server may end an idle connection while a request is on its way to it.
      // https://nodejs.org/docs/latest-v24.x/api/http.html#requestreusedsocket
      if (!(error instanceof ConnectionEnded)) throw error;
      return this.#send(method, path, ask);
    }
  }

  #send(method: string, path: string, { token, headers, json }: Ask): Promise<Reply> {
    const body = json && JSON.stringify(json);
    return new Promise((resolve, reject) => {
      const sent = request(
        this.#url + path,
        {
          method,
          agent: this.#agent,
          signal: AbortSignal.timeout(PATIENCE_MS),
          headers: {
            ...(token && { authorization: `Bearer ${token}` }),
            ...(body && {
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(body),
            }),
            ...headers,
          },
        },
        (response) => {
          const { statusCode, headers } = response;
          text(response).then((body) => resolve({ status: statusCode!, headers, body }), reject);
        },
      );
      sent.on('error', (error: NodeJS.ErrnoException) => {
        const isEnded = sent.reusedSocket && error.code === 'ECONNRESET';
        reject(isEnded ? new ConnectionEnded() : error);
      });
      sent.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
