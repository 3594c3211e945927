import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Stage } from '../../scripts/stage.ts';
import { readDocument } from './openapi.ts';
import type { Road } from './road.ts';
import { type FunctionProperties, settingsOf } from './serverless.ts';
import { ofType, readTemplate } from './template.ts';

const root = join(import.meta.dirname, '../..');

/** An image behind the REST API of infra/container/, run with what the Makefile gives it. */
export async function readContainer({ name }: Stage): Promise<Road> {
  const template = await readTemplate(join(root, 'infra/container/api.yml'));
  const [api] = ofType(template, 'AWS::ApiGateway::RestApi');
  // A request as a body: its path is none of the app's.
  const { '/invoke': _, ...paths } = api!.Properties.Body.paths;
  const script = join(root, 'scripts/image-settings.ts');
  await promisify(execFile)(process.execPath, [script, '--stage', name], { cwd: root });
  const written = await readFile(join(root, `dist/settings/${name}.json`), 'utf8');
  return {
    ...readDocument('infra/container', { ...api!.Properties.Body, paths }),
    settings: settingsOf(JSON.parse(written) as FunctionProperties),
  };
}
