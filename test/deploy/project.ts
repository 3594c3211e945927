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

/** One of CloudFormation's. */
export interface Resource {
  Type?: string;
  // biome-ignore lint/suspicious/noExplicitAny: what CloudFormation takes has many shapes.
  Properties?: Record<string, any>;
}

/** What is read of serverless.yml as the framework resolves it for a stage. */
export interface Configuration {
  service: string;
  custom: {
    customDomain?: {
      enabled?: boolean;
      domainName: string;
      basePath?: string;
      certificateName?: string;
    };
  };
  provider: {
    region: string;
    runtime: string;
    architecture?: string;
    memorySize?: number;
    timeout?: number;
    logRetentionInDays?: number;
    tags?: Record<string, string>;
    stackTags?: Record<string, string>;
    environment?: Record<string, unknown>;
    logs?: { httpApi?: { format: string } };
    httpApi: {
      disableDefaultEndpoint?: boolean;
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
      reservedConcurrency?: number | null;
      environment?: Record<string, unknown>;
      events?: { httpApi?: string | HttpApiEvent }[];
      layers?: unknown[];
    }
  >;
  resources?: { Resources?: Record<string, Resource>; extensions?: Record<string, Resource> };
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
    return this.node(['node_modules/serverless/bin/serverless.js', ...args], env);
  }

  async configure(stage: string): Promise<Configuration> {
    const printed = await this.sls(['print', '--stage', stage, '--format', 'json']);
    const configuration: Configuration = JSON.parse(printed.slice(printed.indexOf('{')));
    if (configuration.custom.customDomain?.enabled === false) {
      delete configuration.custom.customDomain;
    }
    return configuration;
  }

  /** A stage to stand beside the first, with what few have: a domain, and a base path on it. */
  async addStage(first: string): Promise<string> {
    const stage = first === 'pr-1' ? 'pr-2' : 'pr-1';
    const read = (name: string) => readFile(join(this.folder, `config/${name}.yml`), 'utf8');
    const settings = await read('preview').catch(() => read(first));
    const own = `domain:\n  name: ${stage}.example.com\n  basePath: v1\n`;
    await writeFile(
      join(this.folder, `config/${stage}.yml`),
      settings.replace(/^domain:.*\n([ \t]+.*\n)*/m, '').replace(/\n*$/, `\n${own}`),
    );
    return stage;
  }

  async change(file: string, from: string, to: string): Promise<void> {
    const path = join(this.folder, file);
    const text = await readFile(path, 'utf8');
    if (!text.includes(from)) throw new Error(`${file} has no "${from}" to change.`);
    await writeFile(path, text.replaceAll(from, to));
  }

  node(args: string[], env: NodeJS.ProcessEnv = plainEnvironment()): Promise<string> {
    return run(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
      cwd: this.folder,
      // A start of sls is mostly the compiling of its modules.
      env: { ...env, NODE_COMPILE_CACHE: `${this.folder}.compiled` },
    });
  }
}
