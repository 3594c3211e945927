import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { plainEnvironment, run } from './program.ts';

const root = join(import.meta.dirname, '../..');
const left = new Set([
  ...['.git', '.data', '.env', '.esbuild', '.serverless', 'node_modules'],
  ...['bench', 'build', 'coverage', 'test'],
]);

export interface HttpApiEvent {
  method: string;
  path: string;
  authorizer?: { name: string; scopes?: string[] };
}

/** What is read of serverless.yml as the framework resolves it for a stage. */
export interface Configuration {
  service: string;
  custom: {
    customDomain?: { enabled?: boolean; domainName: string; certificateName?: string };
  };
  provider: {
    region: string;
    runtime: string;
    architecture?: string;
    memorySize?: number;
    timeout?: number;
    environment?: Record<string, unknown>;
    httpApi: {
      authorizers: Record<
        string,
        { identitySource: string | string[]; issuerUrl: string; audience: string | string[] }
      >;
      cors?: Record<string, unknown>;
    };
  };
  functions: Record<
    string,
    {
      name: string;
      handler: string;
      memorySize?: number;
      timeout?: number;
      environment?: Record<string, unknown>;
      events?: { httpApi?: string | HttpApiEvent }[];
      layers?: unknown[];
    }
  >;
}

/** A copy of the project, which may be changed, and where `sls` leaves its files. */
export class Project {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  async copy(): Promise<void> {
    await mkdir(this.folder);
    for (const part of await readdir(root)) {
      if (!left.has(part)) {
        await cp(join(root, part), join(this.folder, part), { recursive: true });
      }
    }
    await symlink(join(root, 'node_modules'), join(this.folder, 'node_modules'));
  }

  sls(args: string[], env: NodeJS.ProcessEnv = plainEnvironment()): Promise<string> {
    return this.#node(['node_modules/serverless/bin/serverless.js', ...args], env);
  }

  async configure(stage: string): Promise<Configuration> {
    const printed = await this.sls(['print', '--stage', stage, '--format', 'json']);
    const configuration: Configuration = JSON.parse(printed.slice(printed.indexOf('{')));
    if (configuration.custom.customDomain?.enabled === false) {
      delete configuration.custom.customDomain;
    }
    return configuration;
  }

  /** As whoever develops gets one: by the project's own command. */
  async createToken(issuerData: string): Promise<string> {
    const token = await this.#node(
      ['scripts/token.ts', '--user', 'user1', '--data', issuerData],
      plainEnvironment(),
    );
    return token.trim();
  }

  /** A stage to stand beside the first: one that there is, or a copy of the first. */
  async findSecondStage(first: string): Promise<string> {
    const review = 'pr-1';
    const isThere = await this.configure(review).then(
      () => true,
      () => false,
    );
    if (isThere && first !== review) return review;
    const stages = (await readdir(join(this.folder, 'config')))
      .filter((file) => file.endsWith('.yml'))
      .map((file) => file.replace('.yml', ''));
    const other = stages.find((stage) => stage !== first && stage !== 'local');
    if (other) return other;
    await cp(join(this.folder, `config/${first}.yml`), join(this.folder, `config/${review}.yml`));
    return review;
  }

  async change(file: string, from: string, to: string): Promise<void> {
    const path = join(this.folder, file);
    const text = await readFile(path, 'utf8');
    if (!text.includes(from)) throw new Error(`${file} has no "${from}" to change.`);
    await writeFile(path, text.replaceAll(from, to));
  }

  #node(args: string[], env: NodeJS.ProcessEnv): Promise<string> {
    return run(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
      cwd: this.folder,
      env,
    });
  }
}
