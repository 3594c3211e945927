import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Lock, Road, Settings } from './road.ts';
import { ofType, readTemplate } from './template.ts';

const root = join(import.meta.dirname, '../..');

/** serverless.yml, as the framework compiles it for a stage. */
export async function readServerless(stage: string): Promise<Road> {
  const folder = await mkdtemp(join(tmpdir(), 'parity-'));
  try {
    const sls = join(root, 'node_modules/serverless/bin/serverless.js');
    const args = [sls, 'package', '--stage', stage, '--package', folder];
    await promisify(execFile)(process.execPath, args, { cwd: root });
    const template = await readTemplate(join(folder, 'cloudformation-template-update-stack.json'));
    const routes = ofType(template, 'AWS::ApiGatewayV2::Route').map(({ Properties }) => [
      Properties.RouteKey,
      Properties.AuthorizationType === 'JWT' ? 'jwt' : 'open',
    ]);
    const [api] = ofType(template, 'AWS::Lambda::Function');
    return {
      name: 'serverless.yml',
      locks: Object.fromEntries(routes) as Record<string, Lock>,
      settings: settingsOf(api!.Properties),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of a function as CloudFormation has it, and SAM. */
export interface FunctionProperties {
  Runtime?: string;
  Architectures?: string[];
  MemorySize: number;
  Timeout: number;
  Environment: { Variables: object };
}

export function settingsOf(properties: FunctionProperties): Settings {
  const { Runtime, Architectures, MemorySize, Timeout, Environment } = properties;
  return {
    runtime: Runtime,
    architecture: Architectures?.[0],
    memory: MemorySize,
    timeout: Timeout,
    environment: Object.keys(Environment.Variables).sort(),
  };
}
