import { request as httpRequest } from 'node:http';

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

export interface Call {
  headers?: Record<string, string>;
  body?: string;
  /** What the answer must be, in words. */
  expected: string;
  isExpected(answer: Answer): boolean;
}

/** Where an API is reached: its host is asked for at the gateway of this machine. */
export interface Entrance {
  gateway: string;
  host: string;
  /** What stands before the service's own paths. */
  prefix: string;
}

/** Asks as the service's callers do, and takes down what is not as it must be. */
export class Caller {
  readonly faults: string[] = [];
  readonly #entrance: Entrance;
  #count = 0;

  constructor(entrance: Entrance) {
    this.#entrance = entrance;
  }

  get count(): number {
    return this.#count;
  }

  /** As in `GET /hello`, by the service's own path. */
  call(request: string, call: Call): Promise<Answer> {
    return this.callAt(request.replace(' ', ` ${this.#entrance.prefix}`), call);
  }

  /** As in `GET /v1/hello`: a path as an answer has it, or as nobody should write it. */
  async callAt(
    request: string,
    { headers, body, expected, isExpected }: Call,
    host = this.#entrance.host,
  ): Promise<Answer> {
    this.#count++;
    const answer = await ask(this.#entrance.gateway, request, { ...headers, host }, body);
    if (!isExpected(answer)) {
      this.faults.push(`${request} at ${host}: ${expected} is expected, got ${show(answer)}`);
    }
    return answer;
  }
}

/** In one line. */
function show({ status, headers: { location, link }, body }: Answer): string {
  const start = body.slice(0, 200).replace(/\s+/g, ' ');
  return [status, location, link, start].filter(Boolean).join(' ');
}

/** By node:http, for fetch tidies a path up, and has a Host of its own. */
function ask(
  gateway: string,
  request: string,
  headers: Record<string, string>,
  body = '',
): Promise<Answer> {
  const [method, path] = request.split(' ');
  const { hostname, port } = new URL(gateway);
  return new Promise((resolve, reject) => {
    httpRequest({ hostname, port, method, path, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: text }),
      );
    })
      .on('error', reject)
      .end(body);
  });
}
