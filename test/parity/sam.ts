import { join } from 'node:path';
import type { Stage } from '../../scripts/stage.ts';
import type { Lock, Road } from './road.ts';
import { type FunctionProperties, settingsOf } from './serverless.ts';
import { ofType, readTemplate, type Template } from './template.ts';

const folder = join(import.meta.dirname, '../../infra/sam');

interface Event {
  Properties: { Method: string; Path: string; Auth?: { Authorizer?: string } };
}

/** A template of AWS SAM's, with the parameters that a stage gives it. */
export async function readSam(file: string, { settings }: Stage): Promise<Road> {
  const template = await readTemplate(join(folder, file));
  const [found] = ofType(template, 'AWS::Serverless::Function');
  const { Events, ...properties } = found!.Properties;
  const parameters: Record<string, unknown> = {
    Memory: settings.memory,
    Timeout: settings.timeout,
  };
  const filled = Object.entries(properties).map(([name, value]) => {
    const { Ref = '' } = (value ?? {}) as { Ref?: string };
    return [name, parameters[Ref] ?? value];
  });
  return {
    name: `infra/sam/${file}`,
    locks: locksOf(Events, template),
    settings: settingsOf(Object.fromEntries(filled) as FunctionProperties),
  };
}

function locksOf(events: Record<string, Event>, template: Template): Record<string, Lock> {
  const [api] = ofType(template, 'AWS::Serverless::HttpApi');
  const standard: Lock = api?.Properties.Auth?.DefaultAuthorizer ? 'jwt' : 'open';
  const locks = Object.values(events).map(({ Properties }): [string, Lock] => {
    const { Method, Path, Auth } = Properties;
    return [`${Method.toUpperCase()} ${Path}`, Auth?.Authorizer === 'NONE' ? 'open' : standard];
  });
  return Object.fromEntries(locks);
}
