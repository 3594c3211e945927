import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gatherLicences } from '../../scripts/licences.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'licences-'));
  await writeFile(join(folder, 'LICENSE.md'), 'Do as you please.\r\n');
  await writeFile(join(folder, 'NOTICE'), 'By somebody.\n');
  await writeFile(join(folder, 'license.js'), 'module.exports = {};\n');
});

afterAll(() => rm(folder, { recursive: true }));

const gather = (license?: string) =>
  gatherLicences([{ name: 'some', version: '1.0.0', folder, ...(license && { license }) }]);

test('the notices of a package stand below its name', async () => {
  await expect(gather('MIT')).resolves.toBe(
    'some 1.0.0: MIT\n\nDo as you please.\n\nBy somebody.\n',
  );
});

test.each(['Apache-2.0', '(MIT OR GPL-3.0-only)', 'MIT AND ISC', '(BSD-2-Clause AND MIT)'])(
  '%s is allowed',
  async (license) => {
    await expect(gather(license)).resolves.toContain(license);
  },
);

test.each(['GPL-3.0-only', 'MIT AND GPL-3.0-only', '(MIT AND (ISC OR X))', 'UNLICENSED', 'mit'])(
  '%s is not',
  async (license) => {
    await expect(gather(license)).rejects.toThrow(
      `some 1.0.0 has the licence ${license}, which is not on the list.`,
    );
  },
);

test('a package without a licence is refused', async () => {
  await expect(gather()).rejects.toThrow('some 1.0.0 names no licence in its package.json.');
});
