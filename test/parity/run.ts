// Holds every road to the same routes, the same protection and the same settings; what is rightly different
// stands in rules.ts.
import { openApp } from '../../scripts/openapi/export.ts';
import { readStage } from '../../scripts/stage.ts';
import { createDocument } from '../../src/openapi/document.ts';
import { createHttpDocument } from '../../src/openapi/http.ts';
import { createRestDocument } from '../../src/openapi/rest.ts';
import { listRoutes } from '../../src/openapi/routes.ts';
import { readContainer } from './container.ts';
import { findDifferences } from './differences.ts';
import { readDocument } from './openapi.ts';
import { rules } from './rules.ts';
import { readSam } from './sam.ts';
import { readServerless } from './serverless.ts';
import { readTerraform } from './terraform.ts';

const STAGES = ['dev', 'prod'];
const ISSUER = 'https://issuer.invalid';

const server = await openApp({ app: 'src/app.ts', issuer: ISSUER, audience: 'none' });
const info = { title: 'parity', version: '1', description: 'All roads', license: { name: 'MIT' } };
const base = await createDocument(server, info);
const listed = listRoutes(server, base);
await server.stop();
const routes = listed.map(({ method, path, access }) => ({
  method: method.toUpperCase(),
  path,
  asksToken: access !== undefined,
}));

let count = 0;
for (const name of STAGES) {
  const stage = await readStage(name);
  const roads = [
    await readServerless(name),
    readDocument('the HTTP API exported', createHttpDocument(base, listed, 'arn').document),
    readDocument('the REST API exported', createRestDocument(base, listed, 'arn').document),
    await readSam('template.yaml', stage),
    await readSam('rest.yaml', stage),
    await readTerraform(stage),
    await readContainer(stage),
  ];
  const differences = findDifferences(routes, roads, rules);
  for (const line of differences) console.error(`${name.padEnd(5)} ${line}`);
  count += differences.length;
  console.log(
    `${name}: ${roads.length} roads, ${routes.length} routes, ${differences.length} differences`,
  );
}
process.exitCode = count === 0 ? 0 : 1;
