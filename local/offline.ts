import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Lambda from 'serverless-offline/lambda';
import { readSettings, type Settings } from '../src/config.ts';
import { openDatabase } from '../src/database.ts';
import { createIndexes } from '../src/indexes.ts';
import { buildDocuments } from './documents.ts';
import { isStoodIn, type Provider, readEnvironment } from './environment.ts';
import { LocalFunction } from './gateway/function.ts';
import { Gateway, type Route } from './gateway/gateway.ts';
import { openGateway } from './gateway/main.ts';
import { type Part, startPart, stopPart } from './part.ts';
import { checkPort, localPorts, type Ports } from './ports.ts';
import { inTurns } from './turns.ts';
import { watchFolder } from './watch.ts';

/** What is read of the framework, which has no types of its own. */
interface Serverless {
  serviceDir: string;
  processedInput: { commands: string[] };
  service: {
    custom: Record<string, object>;
    provider: Provider & { memorySize: number; timeout: number };
    functions: { api: { name: string; handler: string } };
  };
  /** serverless-esbuild is the one that bundles. */
  pluginManager: { plugins: { bundle?(): Promise<void>; watch?(): void }[] };
  classes: { Error: new (message: string) => Error };
}

interface Options {
  httpPort?: string;
}

const ISSUER = 'The local issuer';
const DATABASE = 'The embedded database';

/** `sls offline` with all that the stage does not have a real one of. */
export default class LocalPlugin {
  readonly hooks: Record<string, () => Promise<void>>;
  readonly #serverless: Serverless;
  readonly #options: Options;
  readonly #parts: Part[] = [];
  #port = 0;
  #environment: Promise<Record<string, string>> = Promise.resolve({});
  #invoked: LocalFunction | undefined;
  #isStopping = false;

  constructor(serverless: Serverless, options: Options) {
    this.#serverless = serverless;
    // Stacks that a person reads; `sls package` keeps to what the service says.
    if (serverless.processedInput.commands[0] === 'offline') {
      Object.assign(serverless.service.custom.esbuild!, { minify: false, sourcemap: 'inline' });
    }
    this.#options = options;
    const prepare = () => this.#guard(() => this.#prepare());
    const open = () => this.#guard(() => this.#open());
    // Of `sls offline`, and of `sls offline start`. What is prepared starts while serverless-esbuild bundles.
    this.hooks = {
      'before:offline:start': prepare,
      'before:offline:start:init': prepare,
      'offline:start': open,
      'offline:start:init': open,
    };
  }

  async #guard(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      await this.#stop();
      // esbuild would keep the process, once it has begun; the framework says first what is wrong.
      setTimeout(() => process.exit(1), 200).unref();
      // Of any other the framework prints the stack, and asks for a report.
      throw new this.#serverless.classes.Error((error as Error).message);
    }
  }

  async #prepare(): Promise<void> {
    // It would bundle beside #rebuild, which fails both, whenever build/ is written; and what changes while it
    // looks around first it misses.
    const { plugins } = this.#serverless.pluginManager;
    for (const plugin of plugins) if (plugin.bundle) plugin.watch = () => {};
    const environment = readEnvironment(this.#serverless.service.provider);
    // All that is wrong, before anything runs; the database that is started here has an address later.
    readSettings({ MONGODB_URI: 'mongodb://127.0.0.1', ...environment });
    const ports = localPorts(this.#options.httpPort ?? process.env.PORT);
    await checkPort(ports.app);
    this.#port = ports.app;
    const built = buildDocuments();
    this.#environment = this.#standIn(environment, ports).then(async () => {
      if (!existsSync('build/openapi.json')) await built;
      return environment;
    });
    // Who waits for it comes later.
    this.#environment.catch(() => {});
  }

  async #standIn(environment: Record<string, string>, ports: Ports): Promise<void> {
    const parts = [];
    if (!environment.MONGODB_URI) parts.push(this.#startPart(DATABASE, 'mongo', ports.mongo));
    if (isStoodIn(environment.OIDC_ISSUER!))
      parts.push(this.#startPart(ISSUER, 'issuer', ports.issuer));
    for (const { name, address } of parts) {
      environment[name === ISSUER ? 'OIDC_ISSUER' : 'MONGODB_URI'] = await address;
    }
    for (const { name, process } of parts) {
      process.once('exit', () => this.#crash(`${name} has ended, and with it the service.`));
    }
  }

  #startPart(name: string, folder: string, port: number): Part {
    const files = [`local/${folder}/main.ts`, '--port', String(port), '--data', `.data/${folder}`];
    const part = startPart(name, files);
    this.#parts.push(part);
    return part;
  }

  async #open(): Promise<void> {
    const environment = await this.#environment;
    const settings = readSettings(environment);
    await prepareDatabase(settings);
    const httpPort = this.#port;
    const { custom, provider, functions } = this.#serverless.service;
    const { httpApi, memorySize: memory, timeout: timeoutSeconds } = provider;
    const { name, handler } = functions.api;
    const [path, exported] = handler.split('.') as [string, string];
    this.#invoked = new LocalFunction({
      file: join(this.#serverless.serviceDir, '.esbuild/.build', `${path}.cjs`),
      ...{ name, handler: exported, environment, memory, timeoutSeconds },
    });
    Object.assign(httpApi.authorizers.jwt!, {
      issuerUrl: settings.issuer,
      audience: [settings.audience],
    });
    httpApi.cors.allowedOrigins = settings.corsOrigins;
    Object.assign(custom['serverless-offline']!, {
      host: '127.0.0.1',
      httpPort,
      // Cookies are the function's business.
      disableCookieValidation: true,
    });
    // Its port for invocations takes any event from any page, and so anybody's claims.
    Lambda.prototype.start = async () => {};
    // It lists the addresses of that port. The routes are listed below.
    const { log } = console;
    console.log = () => {};
    const gateway = new Gateway(httpApi, this.#invoked);
    openGateway({
      gateway,
      started: () => {
        console.log = log;
        this.#invoked!.load();
        watchFolder(
          'src',
          inTurns(() => this.#rebuild()),
        );
        this.#announce(`http://localhost:${httpPort}`, gateway.routes);
      },
      stopped: () => this.#stop(),
    });
  }

  async #rebuild(): Promise<void> {
    const { plugins } = this.#serverless.pluginManager;
    try {
      await plugins.find(({ bundle }) => bundle)!.bundle!();
      this.#invoked!.load();
    } catch {
      // esbuild has said why.
      process.stderr.write(
        'The service stays as it was; the next change in src/ is tried again.\n',
      );
    }
    buildDocuments();
  }

  async #announce(address: string, routes: Route[]): Promise<void> {
    const lines = routes.map(({ routeKey, hasAuthorizer }) => {
      const [method, path] = routeKey.split(' ') as [string, string];
      return `  ${method.padEnd(7)}${address}${path}${hasAuthorizer ? '  (with a token)' : ''}`;
    });
    const stood = this.#parts.map(
      async ({ name, address: at }) => `  ${name.padEnd(23)}${await at}`,
    );
    const hasIssuer = this.#parts.some(({ name }) => name === ISSUER);
    process.stdout.write(
      [
        '',
        'The service is ready:',
        ...lines,
        '',
        ...(await Promise.all(stood)),
        ...(hasIssuer ? ['  A token: npm run -s token -- --user user1'] : []),
        `  Try it: ${address}/docs`,
        '  Ctrl-C ends it all.',
        '',
        '',
      ].join('\n'),
    );
  }

  async #crash(reason: string): Promise<void> {
    if (this.#isStopping) return;
    process.stderr.write(`${reason}\n`);
    await this.#stop();
    process.exit(1);
  }

  async #stop(): Promise<void> {
    this.#isStopping = true;
    await this.#invoked?.stop();
    await Promise.all(this.#parts.map(stopPart));
  }
}

async function prepareDatabase(settings: Settings): Promise<void> {
  const database = openDatabase(settings, () => {});
  try {
    await database.use(createIndexes);
  } catch {
    process.stderr.write(
      'The indexes are not made: the database does not answer. `npm run db:indexes` makes them later.\n',
    );
  } finally {
    await database.close();
  }
}
