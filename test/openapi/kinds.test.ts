import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kinds } from './kinds.ts';
import { asHttp, asRest, type Case } from './routes.ts';

/**
 * Each kind's document beside AWS's pages about it. To take one anew: remove what the file has under
 * "rest" or "http", run the test, and read what it has written against the pages.
 */
const folder = join(__dirname, 'expected');

interface Expected {
  pages: string[];
  rest?: unknown;
  http?: unknown;
}

test.each(Object.entries(kinds))('%s', async (kind, routes) => {
  const file = join(folder, `${kind}.json`);
  const expected: Expected = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : { pages: [] };
  const found = { rest: await part(asRest, routes), http: await part(asHttp, routes) };
  if (!process.env.CI && (!expected.rest || !expected.http)) {
    const merged = { pages: expected.pages, ...found };
    writeFileSync(file, `${JSON.stringify(merged, null, 2)}\n`);
  }
  expect(found).toEqual({ rest: expected.rest, http: expected.http });
  expect(expected.pages).not.toHaveLength(0);
});

test('no file is left of a kind that there is no more', () => {
  expect(readdirSync(folder).sort()).toEqual(
    Object.keys(kinds)
      .map((kind) => `${kind}.json`)
      .sort(),
  );
});

/** What the kind is about; or why there is none. */
async function part(describe: typeof asRest, routes: Case): Promise<unknown> {
  try {
    const { paths, components, notes, ...rest } = await describe(routes);
    const { 'x-amazon-apigateway-gateway-responses': _, openapi, info, ...extensions } = rest;
    const { Problem, Refused, ...schemas } = components.schemas;
    return {
      paths: Object.fromEntries(
        Object.entries(paths).map(([path, methods]) => [path, mapValues(methods, withoutApp)]),
      ),
      securitySchemes: components.securitySchemes,
      schemas,
      extensions,
      notes,
    };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

/** Without the answers that the app's own document has of every route. */
function withoutApp(operation: { responses: Record<string, object> }): object {
  const kept = Object.entries(operation.responses).filter(
    ([, answer]) => !JSON.stringify(answer).includes('#/components/schemas/Problem'),
  );
  return { ...operation, responses: Object.fromEntries(kept) };
}

function mapValues<A, B>(values: Record<string, A>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}
