import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AUDIENCE } from '../../local/issuer/access-token.ts';
import { type Part, startPart, stopPart } from '../../local/part.ts';
import { type CodeCache, putCodeCache } from '../../scripts/code-cache-layer.ts';
import { type Aws, startAws } from './aws.ts';
import { findDifferences } from './comparison.ts';
import { Account, type Deployed } from './deployed.ts';
import { prepareDomain } from './domain.ts';
import { Emulator } from './emulator.ts';
import { startGateway } from './gateway.ts';
import { endAll } from './program.ts';
import { type Configuration, Project } from './project.ts';
import { findFaults } from './requests.ts';
import { findTools, type Tools } from './tools.ts';

const root = join(import.meta.dirname, '../..');
const GREETING = 'Hello, World';
const CHANGED = 'Hello, rehearsal';

interface Stage {
  name: string;
  configuration: Configuration;
}

/** A deployment from the first to the last command, on this machine. A step that fails ends it. */
export class Rehearsal {
  readonly #stage: string;
  readonly #parts: Part[] = [];
  #folder = '';
  #tools!: Tools;
  #project!: Project;
  #stages: Stage[] = [];
  #aws!: Aws;
  #account!: Account;
  #before: string[] = [];
  #issuer = '';
  #database = '';
  #deployed!: Deployed;
  #count = 0;
  #current = '';
  #closed: Promise<void> | undefined;

  constructor(stage: string) {
    this.#stage = stage;
  }

  get #first(): Stage {
    return this.#stages[0]!;
  }

  get #second(): Stage {
    return this.#stages[1]!;
  }

  /** The step that is under way. */
  get current(): string {
    return this.#current;
  }

  async run(): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), 'rehearse-'));
    await this.#step('tools', () => this.#prepareTools());
    await this.#step('stand-ins', () => this.#startStandIns());
    await this.#step('create_domain', () => this.#createDomains());
    await this.#step(`sls deploy --stage ${this.#stage}`, () => this.#deploy(this.#first));
    await this.#step('what was deployed is what serverless.yml says', () => this.#compare());
    await this.#step('the function under the emulator, behind the gateway', () =>
      this.#serve(this.#first, GREETING),
    );
    await this.#step('a second deploy, with changed code', () => this.#deployAgain());
    await this.#step('a code cache, which the function has made', () => this.#deployCodeCache());
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
    const second = await this.#project.addStage(this.#stage);
    this.#stages = await Promise.all(
      [this.#stage, second].map(async (name) => ({
        name,
        configuration: await this.#project.configure(name),
      })),
    );
    return [
      this.#tools.hasNamespaces
        ? 'The package will lie at /var/task and /opt, read-only.'
        : 'Without mount namespaces here: the package will lie in a temporary folder, can be written to, and does without its docs pages.',
    ];
  }

  async #startStandIns(): Promise<string[]> {
    const { region } = this.#first.configuration.provider;
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

  async #createDomains(): Promise<string[]> {
    for (const { configuration } of this.#stages) await prepareDomain(this.#aws, configuration);
    await this.#slsOfDomains('create_domain');
    return this.#stages.map(({ name, configuration: { custom } }) =>
      custom.customDomain
        ? `${name}: ${custom.customDomain.domainName}`
        : `${name}: skipped, it has no custom.customDomain`,
    );
  }

  async #deploy({ name }: Stage): Promise<string[]> {
    await this.#sls('deploy', name);
    return [];
  }

  async #compare(): Promise<string[]> {
    this.#deployed = await this.#read(this.#first);
    const { routes, function: made, domains, role, alarms } = this.#deployed;
    const open = routes.filter(({ authorizer }) => authorizer === undefined).length;
    return [
      `${open} public routes, ${routes.length - open} behind the JWT authorizer`,
      `${made.runtime} ${made.architecture}, ${made.memory} MB, ${made.timeout} s, ${made.layers.length} layers`,
      `${domains.length} domains, ${role.statements.length} statements of the role, ${alarms.length} alarms`,
    ];
  }

  async #deployAgain(): Promise<string[]> {
    const { digest, layers } = this.#deployed.function;
    await this.#project.change('src/greetings/routes.ts', GREETING, CHANGED);
    await this.#deploy(this.#first);
    this.#deployed = await this.#read(this.#first);
    const made = this.#deployed.function;
    if (made.digest === digest) throw new Error('The function has its old code.');
    if (made.layers.join() !== layers.join()) {
      throw new Error(`The layers were ${layers.join()}, and are ${made.layers.join()}.`);
    }
    const lines = await this.#serve(this.#first, CHANGED);
    return [...lines, layers.length > 0 ? `still ${layers.join(', ')}` : 'no layers to compare'];
  }

  /** Under the emulator it is made by the very Node that then starts by it. */
  async #deployCodeCache(): Promise<string[]> {
    const { name } = this.#first;
    const { layers } = this.#deployed.function;
    const made = await this.#under(this.#first, (emulator) => emulator.invoke({ codeCache: true }));
    await putCodeCache(this.#project.folder, name, made as CodeCache);
    await this.#deploy(this.#first);
    // serverless.yml has no word of it: scripts/packaging.ts puts it there.
    const [{ layers: wanted = [] }] = Object.values(this.#first.configuration.functions) as [
      Configuration['functions'][string],
    ];
    wanted.push('the code cache');
    this.#deployed = await this.#read(this.#first);
    const found = this.#deployed.function.layers;
    const added = found.filter((layer) => !layers.includes(layer));
    if (found.length !== layers.length + 1 || added.length !== 1) {
      throw new Error(`The layers were ${layers.join()}, and are ${found.join()}.`);
    }
    return [`${added[0]} beside the others`, ...(await this.#serve(this.#first, CHANGED))];
  }

  async #deploySecond(): Promise<string[]> {
    await this.#deploy(this.#second);
    const before = this.#deployed;
    const first = await this.#read(this.#first);
    if (first.api.id !== before.api.id || first.function.digest !== before.function.digest) {
      throw new Error(`The stage ${this.#stage} is not what it was.`);
    }
    this.#deployed = await this.#read(this.#second);
    const lines = await this.#serve(this.#second, CHANGED);
    this.#deployed = first;
    return [...lines, ...(await this.#serve(this.#first, CHANGED))];
  }

  async #remove(): Promise<string[]> {
    for (const { name } of this.#stages.toReversed()) await this.#sls('remove', name);
    await this.#slsOfDomains('delete_domain');
    const left = (await this.#account.list()).filter((each) => !this.#before.includes(each));
    if (left.length > 0) throw new Error(['It has left behind:', ...left].join('\n'));
    return [
      'Nothing is left: no function, layer, API, domain, record, role, log group, bucket, stack.',
    ];
  }

  async #read({ name, configuration }: Stage): Promise<Deployed> {
    const deployed = await this.#account.read(
      stackOf(name, configuration),
      functionOf(configuration),
    );
    const differences = findDifferences(configuration, name, deployed);
    if (differences.length > 0) throw new Error(differences.join('\n'));
    return deployed;
  }

  async #serve(stage: Stage, greeting: string): Promise<string[]> {
    const { api, domains } = this.#deployed;
    const issuer = { url: this.#issuer, audience: AUDIENCE };
    return this.#under(stage, async (emulator, lines) => {
      const gateway = await startGateway(this.#deployed, issuer, emulator);
      try {
        const [domain] = domains;
        const basePath = domain?.mappings[0]?.basePath;
        const prefix = basePath ? `/${basePath}` : '';
        const host = domain?.name ?? api.host;
        const { count, faults } = await findFaults({
          gateway: gateway.url,
          host,
          prefix,
          issuer: this.#issuer,
          origin: (api.cors.AllowOrigins as string[])[0]!,
          greeting,
          closed: api.isHostOn ? undefined : api.host,
          hasLayer: this.#tools.hasNamespaces,
        });
        if (emulator.log.includes('The code cache does not fit'))
          faults.push('A code cache is refused.');
        if (faults.length > 0) {
          throw new Error([...faults, "The function's log:", emulator.log.slice(-3000)].join('\n'));
        }
        return [
          ...lines,
          `${count} requests to https://${host}${prefix} answered as they should be`,
        ];
      } finally {
        await gateway.stop();
      }
    });
  }

  /** Does something with the function as it was deployed, unpacked and started. */
  async #under<T>(
    { name, configuration }: Stage,
    work: (emulator: Emulator, lines: string[]) => Promise<T>,
  ): Promise<T> {
    const folder = join(this.#folder, `function-${this.#count++}`);
    const { function: made } = this.#deployed;
    const stack = stackOf(name, configuration);
    const sizes = await this.#account.unpack(stack, this.#tools.python, made.digest, folder);
    const standIns = {
      OIDC_ISSUER: this.#issuer,
      OIDC_AUDIENCE: AUDIENCE,
      ...(await this.#standInDatabase(made.environment)),
    };
    const emulator = await Emulator.start(this.#tools, made, folder, standIns);
    try {
      const instead = Object.keys(standIns).join(', ');
      return await work(emulator, [
        `${name}: ${sizes.join(', ')}; as deployed, but for ${instead}`,
      ]);
    } finally {
      await emulator.stop();
    }
  }

  /** A function that reads its connection string from SSM does so; one that signs in by its role is given one. */
  async #standInDatabase({
    MONGODB_URI_PARAMETER: Name,
  }: Record<string, string>): Promise<Record<string, string>> {
    if (!Name) return { MONGODB_URI: this.#database };
    const parameter = {
      Name,
      Value: this.#database,
      Type: 'SecureString',
      Overwrite: true,
    } as const;
    await new SSMClient(this.#aws.client).send(new PutParameterCommand(parameter));
    return { AWS_ENDPOINT_URL_SSM: this.#aws.endpoint };
  }

  async #slsOfDomains(command: string): Promise<void> {
    await Promise.all(
      this.#stages
        .filter(({ configuration }) => configuration.custom.customDomain)
        .map(({ name }) => this.#sls(command, name)),
    );
  }

  #sls(command: string, stage: string): Promise<string> {
    return this.#project.sls([command, '--stage', stage], this.#aws.environment);
  }
}

function stackOf(stage: string, { service }: Configuration): string {
  return `${service}-${stage}`;
}

function functionOf({ functions }: Configuration): string {
  return Object.values(functions)[0]!.name;
}
