import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { put } from './output.ts';

/** What the framework compiles serverless.yml to. */
interface Template {
  Resources: Record<string, Resource>;
}

interface Resource {
  Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: what CloudFormation takes has many shapes.
  Properties: any;
}

/** The stage that has all that a stage may have. */
const STAGE = 'prod';
const FILE = 'docs/architecture.md';
const CODE_CACHE = 'CodeCacheLambdaLayer';
const [BEFORE, AFTER] = ['<!-- picture -->\n', '\n<!-- /picture -->'];

const root = join(import.meta.dirname, '..');

try {
  const { template, hasDomain } = await compile();
  const page = await readFile(join(root, FILE), 'utf8');
  const [from, to] = [page.indexOf(BEFORE) + BEFORE.length, page.indexOf(AFTER)];
  if (from < BEFORE.length || to < from) throw new Error(`${FILE} has no marks for the picture.`);
  const picture = ['```mermaid', ...draw(template, hasDomain), '```'].join('\n');
  await put(join(root, FILE), page.slice(0, from) + picture + page.slice(to));
} catch (error) {
  const { stdout, message } = error as Error & { stdout?: string };
  console.error(stdout?.trim() || message);
  process.exitCode = 1;
}

async function compile(): Promise<{ template: Template; hasDomain: boolean }> {
  const folder = await mkdtemp(join(tmpdir(), 'architecture-'));
  try {
    const sls = join(root, 'node_modules/serverless/bin/serverless.js');
    const args = [sls, 'package', '--stage', STAGE, '--package', folder];
    await promisify(execFile)(process.execPath, args, { cwd: root });
    const read = async (name: string) => JSON.parse(await readFile(join(folder, name), 'utf8'));
    const { service } = await read('serverless-state.json');
    return {
      template: await read('cloudformation-template-update-stack.json'),
      hasDomain: service.custom.customDomain.enabled !== false,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** In the words of https://mermaid.js.org/syntax/flowchart.html, which GitHub draws. */
function draw(template: Template, hasDomain: boolean): string[] {
  return [
    'flowchart LR',
    ...drawGateway(template, hasDomain),
    ...ofType(template, 'Lambda::Function').flatMap((id) => drawFunction(template, id)),
    ...drawAlarms(template),
  ];
}

/** Routes of one function behind one lock are a box. */
function drawGateway(template: Template, hasDomain: boolean): string[] {
  const boxes = new Map<string, { routes: string[]; target: string; lock?: string }>();
  for (const id of ofType(template, 'ApiGatewayV2::Route')) {
    const { RouteKey, AuthorizationType: lock } = template.Resources[id]!.Properties;
    const [integration] = refersTo(template, id, 'ApiGatewayV2::Integration');
    // Processes that wait for requests are asked by an alias.
    const [target] = [integration!, ...refersTo(template, integration!, 'Lambda::Alias')].flatMap(
      (each) => refersTo(template, each, 'Lambda::Function'),
    );
    const name = `${target}${lock ?? 'Open'}`;
    const routes = [...(boxes.get(name)?.routes ?? []), RouteKey];
    boxes.set(name, { routes, target: target!, lock });
  }
  const names = [...boxes.keys()].join(' & ');
  const enter = hasDomain ? `caller --> domain["the domain"] --> ${names}` : `caller --> ${names}`;
  return [
    '  caller(["a caller"])',
    '  subgraph gateway ["HTTP API"]',
    ...[...boxes].map(([name, { routes }]) => box(name, ...routes)),
    '  end',
    `  ${enter}`,
    ...[...boxes].flatMap(([name, { target, lock }]) => [
      `  ${name} --> ${target}`,
      ...(lock ? [`  ${name} -. "${lock} authorizer" .-> issuer(["the issuer"])`] : []),
    ]),
  ];
}

function drawFunction(template: Template, id: string): string[] {
  const { Handler, Runtime, Architectures, Environment } = template.Resources[id]!.Properties;
  const { MONGODB_URI_PARAMETER, MONGODB_DATABASE, OIDC_ISSUER } = Environment?.Variables ?? {};
  // A code cache is there on some machines alone.
  const layers = refersTo(template, id, 'Lambda::LayerVersion').filter(
    (each) => each !== CODE_CACHE,
  );
  const roles = refersTo(template, id, 'IAM::Role');
  return [
    box(id, 'function', Handler, `${Runtime}, ${Architectures}`),
    ...layers.map((layer) => `  ${id} --- ${layer}["layer"]`),
    ...roles.map((role) => `  ${id} --- ${role}["role"]`),
    ...(MONGODB_URI_PARAMETER ? [`  ${id} -. "at its start" .-> parameter["SSM parameter"]`] : []),
    ...(OIDC_ISSUER ? [`  ${id} -. "keys" .-> issuer`] : []),
    ...(MONGODB_DATABASE ? [`  ${id} --> database[("MongoDB")]`] : []),
  ];
}

function drawAlarms(template: Template): string[] {
  const alarms = ofType(template, 'CloudWatch::Alarm');
  const watched = new Set(alarms.flatMap((id) => refersTo(template, id, 'Lambda::Function')));
  const [topic] = ofType(template, 'SNS::Topic');
  if (!topic) return [];
  const names = alarms.map(
    (id) => template.Resources[id]!.Properties.AlarmName.split(`-${STAGE}-`)[1],
  );
  return [
    box('alarms', 'alarms', ...names),
    `  alarms -. watch .-> gateway & ${[...watched].join(' & ')}`,
    '  alarms --> topic["topic, by mail"]',
  ];
}

function box(id: string, ...lines: string[]): string {
  return `  ${id}["${lines.join('<br>')}"]`;
}

function ofType({ Resources }: Template, type: string): string[] {
  return Object.keys(Resources).filter((id) => Resources[id]!.Type === `AWS::${type}`);
}

/** By Ref or Fn::GetAtt, wherever in it. */
function refersTo(template: Template, id: string, type: string): string[] {
  const text = JSON.stringify(template.Resources[id]);
  return ofType(template, type).filter(
    (other) => text.includes(`{"Ref":"${other}"}`) || text.includes(`{"Fn::GetAtt":["${other}",`),
  );
}
