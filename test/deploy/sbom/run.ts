// Holds the SBOM that is packed against CycloneDX's own schema.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findVenv } from '../../python/venv.ts';
import { sls } from '../../support/offline.ts';

const here = import.meta.dirname;
const root = join(here, '../../..');

const VALIDATE = `
import json, sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
text = sys.stdin.read()
version = SchemaVersion.from_version(json.loads(text)["specVersion"])
sys.exit(str(JsonStrictValidator(version).validate_str(text) or "") or 0)
`;

/** What a validator has to find, or it looks at nothing. */
const mistakes: [what: string, text: string, mistaken: string][] = [
  ['a type that there is none of', '"type": "library"', '"type": "book"'],
  ['a licence that SPDX does not know', '"id": "ISC"', '"id": "ISK"'],
  ['a hash that is none', '"content": "', '"content": "x'],
];

const python = join(await findVenv(join(here, 'requirements.txt')), 'bin/python');
const folder = await mkdtemp(join(tmpdir(), 'sbom-'));
try {
  const args = [sls, 'package', '--stage', 'dev', '--package', folder];
  const packing = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (packing.status !== 0) throw new Error(packing.stdout + packing.stderr);
  const sbom = await readFile(join(folder, 'sbom.cdx.json'), 'utf8');
  report('the SBOM is valid', faultOf(sbom));
  for (const [what, text, mistaken] of mistakes) {
    const isFound = sbom.includes(text) && faultOf(sbom.replace(text, mistaken));
    report(`${what} is found`, isFound ? undefined : 'It is not.');
  }
} finally {
  await rm(folder, { recursive: true });
}

function faultOf(sbom: string): string | undefined {
  const { status, stderr } = spawnSync(python, ['-c', VALIDATE], { input: sbom, encoding: 'utf8' });
  return status === 0 ? undefined : stderr;
}

function report(what: string, fault: string | undefined): void {
  console.log(`${what}: ${fault === undefined ? 'so it is' : `FAILED\n${fault}`}`);
  if (fault !== undefined) process.exitCode = 1;
}
