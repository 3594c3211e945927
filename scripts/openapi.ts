import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import manifest from '../package.json' with { type: 'json' };
import { NAME } from '../src/name.ts';
import { createDocument } from '../src/openapi/document.ts';
import { withoutConversions } from '../src/openapi/operation.ts';
import { RouteErrors } from '../src/openapi/route-errors.ts';
import { exportDocuments, openApp } from './openapi/export.ts';
import { put } from './output.ts';
import { putVendorFiles } from './vendor.ts';

const usage = `Usage: npm run openapi
         prepares the document and the pages that the service itself serves
       npm run openapi -- --rest FILE [--http FILE]
         writes the routes as a REST API, or an HTTP API, of API Gateway
           --format yaml       instead of JSON
           --vars FILE         a JSON object with the variables that templatefile will be given:
                               a placeholder that is not among them is an error
           --app FILE          a module that exports createApp(settings); src/app.ts if not said
           --function VALUE    the app's own function: a placeholder, a URI, an ARN or a CloudFormation
                               expression as JSON; \${function_invoke_arn} if not said
           --issuer VALUE      whose tokens the default strategy takes, and for whom they are; \${oidc_issuer}
           --audience VALUE    and \${oidc_audience} if not said
           --origin VALUE      who may call from a browser: an origin or a placeholder`;

const info = {
  title: NAME,
  version: manifest.version,
  description: manifest.description,
  license: { name: manifest.license },
};

const { rest, http, ...options } = readOptions(process.argv.slice(2));
try {
  if (rest || http) await exportDocuments({ rest, http }, { ...options, info });
  else await prepare();
} catch (error) {
  if (!(error instanceof RouteErrors)) throw error;
  fail(error.message);
}

function readOptions(args: string[]) {
  try {
    const { values, tokens } = parseArgs({
      args,
      tokens: true,
      options: {
        rest: { type: 'string' },
        http: { type: 'string' },
        format: { type: 'string', default: 'json' },
        vars: { type: 'string' },
        app: { type: 'string', default: 'src/app.ts' },
        function: { type: 'string', default: `\${function_invoke_arn}` },
        issuer: { type: 'string', default: `\${oidc_issuer}` },
        audience: { type: 'string', default: `\${oidc_audience}` },
        origin: { type: 'string' },
      },
    });
    if (!['json', 'yaml'].includes(values.format)) throw new Error(`--format is json or yaml`);
    const [stray] = tokens;
    if (stray && !values.rest && !values.http) {
      throw new Error(`${args[stray.index]} is for a document: say --rest or --http too`);
    }
    return values;
  } catch (error) {
    return fail(`${(error as Error).message}\n${usage}`);
  }
}

/** What src/docs/ serves: the document, and the files of the pages that show it. */
async function prepare(): Promise<void> {
  const root = join(import.meta.dirname, '..');
  const build = join(root, 'build');
  const browser = join(root, 'src/docs/browser');
  // Nothing of either shows in the document, and nobody is called.
  const server = await openApp({
    app: join(root, 'src/app.ts'),
    issuer: 'https://issuer.invalid',
    audience: 'none',
  });
  const document = await createDocument(server, info);
  await server.stop();
  await put(join(build, 'openapi.json'), `${JSON.stringify(withoutConversions(document))}\n`);
  for (const name of await readdir(browser)) {
    await put(join(build, 'docs', name), await readFile(join(browser, name)));
  }
  await putVendorFiles(join(root, 'layers/dependencies/docs'));
}

function fail(reason: string): never {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}
