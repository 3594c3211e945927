import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { importRest } from '../deploy/import.ts';
import { readValues } from '../openapi/terraform/terraform.ts';

const root = join(import.meta.dirname, '../..');
const URI =
  'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:api:live/invocations';

/** What is wrong with the REST API that the service's document becomes in the AWS stand-in. */
export async function findRouteFaults(endpoint: string): Promise<string[]> {
  const { locals } = await readValues(join(root, 'infra/terraform/service'), {
    local: { name: 'api' },
  });
  const text = JSON.stringify(locals.document).replaceAll('aws_lambda_alias.live.invoke_arn', URI);
  const { methods } = await importRest(endpoint, JSON.parse(text));
  const open = await readPublicRoutes();
  const faults: string[] = [];
  for (const [name, { apiKeyRequired, methodIntegration }] of Object.entries(methods)) {
    const isOpen = name.startsWith('OPTIONS ') || open.some((route) => covers(route, name));
    if (!isOpen && !apiKeyRequired) faults.push(`${name} wants no key`);
    if (name.startsWith('GET ') && apiKeyRequired) faults.push(`${name} wants a key`);
    if (methodIntegration?.uri !== URI) faults.push(`${name} does not lead to the function`);
  }
  for (const name of ['ANY /', 'ANY /{proxy+}', 'OPTIONS /{proxy+}', 'GET /health', 'GET /docs']) {
    if (!(name in methods)) faults.push(`there is no ${name}`);
  }
  return faults;
}

/** Those that serverless.yml has before the authorizer, such as GET /health. */
async function readPublicRoutes(): Promise<string[]> {
  const text = await readFile(join(root, 'serverless.yml'), 'utf8');
  return [...text.matchAll(/^ +- httpApi: (GET \S+)$/gm)].map(([, route]) => route!);
}

function covers(route: string, name: string): boolean {
  const [start, greedy] = route.split(/\{\w+\+\}$/) as [string, string | undefined];
  return greedy === undefined ? route === name : name.startsWith(start);
}
