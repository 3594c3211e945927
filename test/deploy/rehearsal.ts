import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Part, startPart, stopPart } from '../../local/part.ts';
import { type Aws, startAws } from './aws.ts';
import { findDifferences } from './comparison.ts';
import { Account, type Deployed } from './deployed.ts';
import { prepareDomain } from './domain.ts';
import { Emulator } from './emulator.ts';
import { startGateway } from './gateway.ts';
import { endAll } from './program.ts';
import { type Configuration, Project } from './project.ts';
import { findDocsFaults, findFaults, type Situation } from './requests.ts';
import { findTools, type Tools } from './tools.ts';

const root = join(import.meta.dirname, '../..');
const GREETING = 'Hello, World';
const CHANGED = 'Hello, rehearsal';

/** A deployment from the first to the last command, on this machine. A step that fails ends it. */
export class Rehearsal {
  readonly #stage: string;
  readonly #parts: Part[] = [];
  #folder = '';
  #tools!: Tools;
  #project!: Project;
  #configuration!: Configuration;
  #aws!: Aws;
  #account!: Account;
  #before: string[] = [];
  #issuer = '';
  #database = '';
  #deployed!: Deployed;
  #second = '';
  #count = 0;
  #current = '';
  #closed: Promise<void> | undefined;

  constructor(stage: string) {
    this.#stage = stage;
  }

  /** The step that is under way. */
  get current(): string {
    return this.#current;
  }

  async run(): Promise<void> {
    const stage = this.#stage;
    this.#folder = await mkdtemp(join(tmpdir(), 'rehearse-'));
    await this.#step('tools', () => this.#prepareTools());
    await this.#step('stand-ins', () => this.#startStandIns());
    await this.#step('create_domain', () => this.#createDomain());
    await this.#step(`sls deploy --stage ${stage}`, () => this.#deploy(stage));
    await this.#step('what was deployed is what serverless.yml says', () => this.#compare());
    await this.#step('the function under the emulator, behind the gateway', () =>
      this.#serve(stage, GREETING),
    );
    await this.#step('a second deploy, with changed code', () => this.#deployAgain());
    await this.#step('a second stage beside it', () => this.#deploySecond());
    await this.#step('sls remove', () => this.#remove());
  }

  /** Ends and removes all that is left of it. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await endAll();
    await Promise.all(this.#parts.map(stopPart));
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true });
  }

  async #step(name: string, work: () => Promise<string[]>): Promise<void> {
    this.#current = name;
    const began = performance.now();
    const lines = await work();
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    process.stdout.write(`${seconds.padStart(6)} s  ${name}\n`);
    for (const line of lines) process.stdout.write(`          ${line}\n`);
  }

  async #prepareTools(): Promise<string[]> {
    this.#tools = await findTools();
    this.#project = new Project(join(this.#folder, 'project'));
    await this.#project.copy();
    this.#configuration = await this.#project.configure(this.#stage);
    return [
      this.#tools.hasNamespaces
        ? 'The package will lie at /var/task and /opt, read-only.'
        : 'Without mount namespaces here: the package will lie in a temporary folder, and can be written to.',
    ];
  }

  async #startStandIns(): Promise<string[]> {
    const { region } = this.#configuration.provider;
    const [mongo, issuer] = ['mongo', 'issuer'].map((name) => {
      const data = join(this.#folder, name);
      const args = [join(root, `local/${name}/main.ts`), '--port', '0', '--data', data];
      const part = startPart(name, args);
      this.#parts.push(part);
      return part;
    }) as [Part, Part];
    this.#aws = await startAws(this.#tools.python, region, this.#folder);
    this.#account = new Account(this.#aws);
    this.#before = await this.#account.list();
    this.#issuer = await issuer.address;
    this.#database = await mongo.address;
    return [`AWS ${this.#aws.endpoint}, issuer ${this.#issuer}, database ${this.#database}`];
  }

  async #createDomain(): Promise<string[]> {
    const domain = await prepareDomain(this.#aws, this.#configuration);
    if (!domain) return [`Skipped: the stage ${this.#stage} has no custom.customDomain.`];
    await this.#sls('create_domain', this.#stage);
    return [domain];
  }

  async #deploy(stage: string): Promise<string[]> {
    await this.#sls('deploy', stage);
    return [];
  }

  async #compare(): Promise<string[]> {
    this.#deployed = await this.#read(this.#configuration, this.#stage);
    const { routes, function: made } = this.#deployed;
    const open = routes.filter(({ authorizer }) => authorizer === undefined).length;
    return [
      `${open} public routes, ${routes.length - open} behind the JWT authorizer`,
      `${made.runtime} ${made.architecture}, ${made.memory} MB, ${made.timeout} s, ${made.layers.length} layers`,
    ];
  }

  async #deployAgain(): Promise<string[]> {
    const { digest, layers } = this.#deployed.function;
    await this.#project.change('src/greetings/routes.ts', GREETING, CHANGED);
    await this.#deploy(this.#stage);
    this.#deployed = await this.#read(this.#configuration, this.#stage);
    const made = this.#deployed.function;
    if (made.digest === digest) throw new Error('The function has its old code.');
    if (made.layers.join() !== layers.join()) {
      throw new Error(`The layers were ${layers.join()}, and are ${made.layers.join()}.`);
    }
    const lines = await this.#serve(this.#stage, CHANGED);
    return [...lines, layers.length > 0 ? `still ${layers.join(', ')}` : 'no layers to compare'];
  }

  async #deploySecond(): Promise<string[]> {
    const stage = await this.#project.findSecondStage(this.#stage);
    this.#second = stage;
    const configuration = await this.#project.configure(stage);
    if (await prepareDomain(this.#aws, configuration)) await this.#sls('create_domain', stage);
    await this.#deploy(stage);
    const before = this.#deployed;
    const first = await this.#read(this.#configuration, this.#stage);
    if (first.api.id !== before.api.id || first.function.digest !== before.function.digest) {
      throw new Error(`The stage ${this.#stage} is not what it was.`);
    }
    this.#deployed = await this.#read(configuration, stage);
    const lines = await this.#serve(stage, CHANGED, configuration);
    this.#deployed = first;
    return [stage, ...lines, this.#stage, ...(await this.#serve(this.#stage, CHANGED))];
  }

  async #remove(): Promise<string[]> {
    for (const stage of [this.#second, this.#stage]) {
      const { custom } = await this.#project.configure(stage);
      await this.#sls('remove', stage);
      if (custom.customDomain) await this.#sls('delete_domain', stage);
    }
    const left = (await this.#account.list()).filter((each) => !this.#before.includes(each));
    if (left.length > 0) throw new Error(['It has left behind:', ...left].join('\n'));
    return ['Nothing is left: no function, layer, API, domain, role, log group, bucket, stack.'];
  }

  async #read(configuration: Configuration, stage: string): Promise<Deployed> {
    const deployed = await this.#account.read(
      `${configuration.service}-${stage}`,
      functionOf(configuration),
    );
    const differences = findDifferences(configuration, stage, deployed);
    const domain = configuration.custom.customDomain?.domainName;
    if (domain && !(await this.#account.isMapped(domain, deployed.api.id))) {
      differences.push(`${domain} does not lead to the API`);
    }
    if (differences.length > 0) throw new Error(differences.join('\n'));
    return deployed;
  }

  async #serve(
    stage: string,
    greeting: string,
    configuration = this.#configuration,
  ): Promise<string[]> {
    const folder = join(this.#folder, `function-${this.#count++}`);
    const { function: made } = this.#deployed;
    const stack = `${configuration.service}-${stage}`;
    const { python } = this.#tools;
    const sizes = await this.#account.unpack(stack, python, made.digest, folder);
    const standIns = {
      OIDC_ISSUER: this.#issuer,
      // The local issuer's tokens are for one audience.
      OIDC_AUDIENCE: 'api://default',
      MONGODB_URI: this.#database,
    };
    const emulator = await Emulator.start(this.#tools, made, folder, standIns);
    const gateway = await startGateway(this.#deployed, { url: this.#issuer }, emulator);
    try {
      const situation: Situation = {
        url: gateway.url,
        token: await this.#project.createToken(join(this.#folder, 'issuer')),
        origin: (this.#deployed.api.cors.AllowOrigins as string[])[0]!,
        greeting,
      };
      const { passed, faults } = await findFaults(situation);
      // Where the layer cannot lie at /opt, the function does not find what is in it.
      const docs = this.#tools.hasNamespaces ? await findDocsFaults(situation) : [];
      faults.push(...docs);
      if (faults.length > 0) {
        throw new Error([...faults, "The function's log:", emulator.log.slice(-3000)].join('\n'));
      }
      return [
        `${sizes.join(', ')}; as deployed, but for ${Object.keys(standIns).join(', ')}`,
        `${passed} requests answered as they should be`,
        this.#tools.hasNamespaces
          ? 'the docs pages and their files are there'
          : 'the docs pages are left out',
      ];
    } finally {
      await gateway.stop();
      await emulator.stop();
    }
  }

  #sls(command: string, stage: string): Promise<string> {
    return this.#project.sls([command, '--stage', stage], this.#aws.environment);
  }
}

function functionOf({ functions }: Configuration): string {
  return Object.values(functions)[0]!.name;
}
