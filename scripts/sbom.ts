import { exec } from 'node:child_process';
import { promisify } from 'node:util';
import type { Shipped } from './licences.ts';

interface Component {
  'bom-ref': string;
  name: string;
  purl: string;
  type: string;
  properties: { name: string }[];
}

interface Sbom {
  serialNumber?: string;
  metadata: { timestamp?: string; component: Component };
  components: Component[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

const run = promisify(exec);

/**
 * What the layer has of others, as CycloneDX: npm says it of all that package-lock.json has, and what is not
 * shipped is left out. Without a time and a number of its own it is the same for the same lock file.
 */
export async function createSbom(
  folder: string,
  service: string,
  packages: Shipped[],
): Promise<string> {
  // Those for development too: the files of Swagger UI and Redoc are shipped.
  const { stdout } = await run('npm sbom --sbom-format cyclonedx --package-lock-only', {
    cwd: folder,
    maxBuffer: 2 ** 26,
  });
  const sbom: Sbom = JSON.parse(stdout);
  const { component } = sbom.metadata;
  const refs = new Set([
    component['bom-ref'],
    ...packages.map(({ name, version }) => `${name}@${version}`),
  ]);
  delete sbom.serialNumber;
  delete sbom.metadata.timestamp;
  // npm takes the folder's name.
  Object.assign(component, { name: service, type: 'application' });
  sbom.components = sbom.components
    .filter((each) => refs.has(each['bom-ref']))
    .map((each) => ({
      ...each,
      scope: 'required',
      properties: each.properties.filter(({ name }) => name !== 'cdx:npm:package:development'),
    }));
  sbom.dependencies = sbom.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => refs.has(each)) }));
  return `${JSON.stringify(sbom, null, 2)}\n`;
}
