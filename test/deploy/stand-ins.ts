import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AUDIENCE } from '../../local/issuer/access-token.ts';
import { type Part, startPart, stopPart } from '../../local/part.ts';
import { type Aws, startAws } from './aws.ts';
import { Account, type Deployed, type DeployedFunction } from './deployed.ts';
import { Emulator } from './emulator.ts';
import { startGateway } from './gateway.ts';
import { endAll, run } from './program.ts';
import { type Configuration, Project } from './project.ts';
import { findFaults } from './requests.ts';
import { findTools, type Tools } from './tools.ts';

const root = join(import.meta.dirname, '../..');
const GREETING = 'Hello, World';

/** What another way to AWS than `sls deploy` is tried with: a copy of the project, and all that stands around it. */
export class StandIns {
  readonly folder: string;
  readonly project: Project;
  readonly stage: string;
  readonly #parts: Part[] = [];
  #tools!: Tools;
  configuration!: Configuration;
  aws!: Aws;
  account!: Account;
  #issuer = '';
  #database = '';

  private constructor(folder: string, stage: string) {
    this.folder = folder;
    this.project = new Project(join(folder, 'project'));
    this.stage = stage;
  }

  static async start(stage: string): Promise<StandIns> {
    const standIns = new StandIns(await mkdtemp(join(tmpdir(), 'deploy-')), stage);
    try {
      await standIns.#start();
    } catch (error) {
      await standIns.stop();
      throw error;
    }
    return standIns;
  }

  async #start(): Promise<void> {
    this.#tools = await findTools();
    await this.project.copy();
    this.configuration = await this.project.configure(this.stage);
    await this.#pack();
    const { region } = this.configuration.provider;
    this.aws = await startAws(this.#tools.python, region, this.folder);
    this.account = new Account(this.aws);
    const [issuer, mongo] = ['issuer', 'mongo'].map((name) => {
      const args = ['--port', '0', '--data', join(this.folder, name)];
      const part = startPart(name, [join(root, `local/${name}/main.ts`), ...args]);
      this.#parts.push(part);
      return part;
    }) as [Part, Part];
    this.#issuer = await issuer.address;
    this.#database = await mongo.address;
  }

  /** The zips, where the templates look for them. */
  async #pack(): Promise<void> {
    await this.project.node(['scripts/package-zip.ts']);
  }

  /** Asks an HTTP API as its callers do, its own rules in front of the function under Lambda's emulator. */
  async findFaults(
    deployed: Deployed,
    findMore: (gateway: string) => Promise<string[]> = async () => [],
  ): Promise<string[]> {
    return this.under(deployed.function, async (emulator) => {
      const issuer = { url: this.#issuer, audience: AUDIENCE };
      const gateway = await startGateway(deployed, issuer, emulator);
      try {
        const { api, domains } = deployed;
        const [domain] = domains;
        const basePath = domain?.mappings[0]?.basePath;
        const { faults } = await findFaults({
          gateway: gateway.url,
          host: domain?.name ?? api.host,
          prefix: basePath ? `/${basePath}` : '',
          issuer: this.#issuer,
          origin: (api.cors.AllowOrigins as string[])[0]!,
          greeting: GREETING,
          closed: api.isHostOn ? undefined : api.host,
          hasLayer: this.#tools.hasNamespaces,
        });
        faults.push(...(await findMore(gateway.url)));
        if (faults.length > 0) faults.push("The function's log:", emulator.log.slice(-3000));
        return faults;
      } finally {
        await gateway.stop();
      }
    });
  }

  /** Does something with a function as it was deployed, unpacked and started, but for whom it asks. */
  async under<T>(made: DeployedFunction, work: (emulator: Emulator) => Promise<T>): Promise<T> {
    const folder = await mkdtemp(join(this.folder, 'function-'));
    const [code, layer] = ['function.zip', 'layer.zip'].map((name) =>
      join(this.project.folder, 'dist', name),
    ) as [string, string];
    const digest = createHash('sha256')
      .update(await readFile(code))
      .digest('base64');
    if (digest !== made.digest) throw new Error(`The function ${made.name} has other code.`);
    for (const [zip, target] of [
      [code, 'task'],
      [layer, 'opt'],
    ] as const) {
      await run(this.#tools.python, ['-m', 'zipfile', '--extract', zip, join(folder, target)]);
    }
    const emulator = await Emulator.start(this.#tools, made, folder, {
      OIDC_ISSUER: this.#issuer,
      OIDC_AUDIENCE: AUDIENCE,
      AWS_ENDPOINT_URL_SSM: this.aws.endpoint,
    });
    try {
      await this.#putConnectionString(made.environment.MONGODB_URI_PARAMETER!);
      return await work(emulator);
    } finally {
      await emulator.stop();
    }
  }

  async #putConnectionString(Name: string): Promise<void> {
    const Type = 'SecureString' as const;
    const parameter = { Name, Value: this.#database, Type, Overwrite: true };
    await new SSMClient(this.aws.client).send(new PutParameterCommand(parameter));
  }

  async stop(): Promise<void> {
    await endAll();
    await Promise.all(this.#parts.map(stopPart));
    await rm(this.folder, { recursive: true, force: true });
  }
}
