import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '..');
const run = promisify(execFile);

/** A stage as the framework resolves it. */
export interface Stage {
  name: string;
  /** Where its settings stand. */
  file: string;
  service: string;
  region: string;
  runtime: string;
  tags: Record<string, string>;
  /** The function's variables. */
  environment: Record<string, string>;
  settings: Settings;
  functions: DeployedFunction[];
}

/** What config/stage.cjs has let through. */
export interface Settings {
  issuer: string;
  audience: string;
  clientId: string;
  origins: string[];
  logLevel: string;
  logRetention: number;
  memory: number;
  timeout: number;
  throttling: Limits & { routes?: Record<string, Limits> };
  /** The routes' limits, as API Gateway has them. */
  routeSettings: Record<string, object>;
  /** As the function's variable has it; empty where there is none. */
  callerLimit: string;
  database: { name: string; uriParameter?: string; uri?: string };
  domain?: { name: string; basePath?: string };
  basePath: string;
  customDomain: { certificateName?: string };
  alarms?: { email: string };
  concurrency?: { reserved?: number; provisioned?: number };
}

interface Limits {
  rate: number;
  burst: number;
}

export interface DeployedFunction {
  name: string;
  reservedConcurrency?: number | null;
  provisionedConcurrency?: number | null;
}

/** Asks the framework, in its own process; what is wrong with the settings it says itself. */
export async function readStage(name: string, region?: string): Promise<Stage> {
  const printed = await print(name, region);
  const { service, provider, custom, functions } = JSON.parse(printed.slice(printed.indexOf('{')));
  const own = `config/${name}.yml`;
  return {
    name,
    // As config/stage.cjs takes them.
    file: readdirSync(join(root, 'config')).includes(`${name}.yml`) ? own : 'config/preview.yml',
    service,
    region: provider.region,
    runtime: provider.runtime,
    tags: provider.tags,
    environment: Object.fromEntries(
      Object.entries(provider.environment).map(([key, value]) => [key, joined(value)]),
    ),
    settings: custom.stage,
    functions: Object.values(functions),
  };
}

/** Of CloudFormation's functions the one that serverless.yml has in a variable. */
function joined(value: unknown): string {
  const { 'Fn::Join': join } = Object(value) as { 'Fn::Join'?: [string, string[]] };
  return join ? join[1].join(join[0]) : String(value);
}

async function print(name: string, region?: string): Promise<string> {
  const chosen = region ? ['--region', region] : [];
  const sls = join(root, 'node_modules/serverless/bin/serverless.js');
  const args = [sls, 'print', '--stage', name, ...chosen, '--format', 'json'];
  try {
    const { stdout } = await run(process.execPath, args, { cwd: root, maxBuffer: 2 ** 24 });
    return stdout;
  } catch (error) {
    const { stdout, message } = error as Error & { stdout?: string };
    throw new Error(stdout?.trim() || message);
  }
}
