import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Server } from '@hapi/hapi';
import { stringify } from 'yaml';
import type { Settings } from '../../src/config.ts';
import type { Value } from '../../src/gateway/value.ts';
import { createDocument, type Info } from '../../src/openapi/document.ts';
import { createHttpDocument } from '../../src/openapi/http.ts';
import { withoutConversions } from '../../src/openapi/operation.ts';
import { createRestDocument } from '../../src/openapi/rest.ts';
import { RouteErrors } from '../../src/openapi/route-errors.ts';
import { listRoutes } from '../../src/openapi/routes.ts';
import {
  checkPlaceholders,
  escapeTemplate,
  isExpression,
  isTemplate,
  unmark,
} from '../../src/openapi/template.ts';
import { putAll } from '../output.ts';

export interface Options {
  format: string;
  app: string;
  function: string;
  vars?: string;
  issuer: string;
  audience: string;
  origin?: string;
  info: Info;
}

/** Writes the routes as documents of API Gateway: all that were asked for, or none. */
export async function exportDocuments(
  files: { rest?: string; http?: string },
  options: Options,
): Promise<void> {
  const server = await openApp(options);
  try {
    const base = await createDocument(server, options.info);
    const routes = listRoutes(server, base);
    const ownFunction = readFunction(options.function);
    const known = options.vars === undefined ? undefined : await readVariables(options.vars);
    const made = [
      files.rest && { file: files.rest, ...createRestDocument(base, routes, ownFunction) },
      files.http && { file: files.http, ...createHttpDocument(base, routes, ownFunction) },
    ].filter((each) => typeof each === 'object');
    for (const { document } of made) checkPlaceholders(document, known);
    const texts = made.map(({ file, document }): [string, string] => [
      file,
      serialize(withoutConversions(document), options.format),
    ]);
    await putAll(texts).catch((error) => {
      throw new RouteErrors([`Nothing is written: ${error.message}`]);
    });
    for (const { notes } of made) for (const note of notes) process.stderr.write(`${note}\n`);
  } finally {
    await server.stop();
  }
}

function serialize(document: object, format: string): string {
  const text =
    format === 'yaml'
      ? // Quoted, the keys too: a value that is filled in later stays a string whatever it looks like, and
        // what reads YAML 1.1 takes a bare `on` or `Yes` for true. https://yaml.org/type/bool.html
        stringify(document, {
          defaultStringType: 'QUOTE_DOUBLE',
          lineWidth: 0,
          aliasDuplicateObjects: false,
        })
      : `${JSON.stringify(document, null, 2)}\n`;
  return isTemplate(document) ? escapeTemplate(text) : unmark(text);
}

/** What a deployment knows stands in the app's settings as placeholders. */
export async function openApp({
  app,
  issuer,
  audience,
  origin,
}: Pick<Options, 'app' | 'issuer' | 'audience' | 'origin'>): Promise<Server> {
  const settings: Settings = {
    stage: 'document',
    host: '127.0.0.1',
    port: 0,
    issuer,
    audience,
    clientId: '',
    mongodbUri: 'mongodb://database.invalid',
    database: 'none',
    corsOrigins: origin === undefined ? [] : [origin],
    layer: '',
    objects: '',
    logLevel: 'SILENT',
  };
  const file = resolve(app);
  if (!existsSync(file)) throw new RouteErrors([`${app} is not there`]);
  const { createApp } = await import(pathToFileURL(file).href).catch((error) => {
    throw new RouteErrors([`${app} cannot be loaded: ${(error as Error).message}`]);
  });
  if (typeof createApp !== 'function') {
    throw new RouteErrors([
      `${app} has no createApp: export a function of that name that resolves with a server`,
    ]);
  }
  return createApp(settings);
}

function readFunction(value: string): Value {
  if (!value.startsWith('{')) return value;
  const expression = parse(value);
  if (isExpression(expression)) return expression;
  throw new RouteErrors([
    `--function is neither a text nor an expression of CloudFormation as JSON: ${value}`,
  ]);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Such as terraform.tfvars.json. */
async function readVariables(file: string): Promise<string[]> {
  try {
    return Object.keys(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new RouteErrors([
      code
        ? `--vars ${file} cannot be read (${code})`
        : `--vars ${file} is no JSON object: ${message}`,
    ]);
  }
}
