// Imports OpenAPI documents into the AWS stand-in: whole ones are read back, those with a mistake are refused.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { startAws } from '../../deploy/aws.ts';
import { importHttp, importRest } from '../../deploy/import.ts';
import { endAll } from '../../deploy/program.ts';
import { findVenv } from '../../python/venv.ts';
import { count, report } from '../../support/report.ts';
import { exported, readBack } from './exported.ts';
import { httpMistakes } from './http/mistakes.ts';
import { httpApi } from './http/read.ts';
import { services, servicesApi } from './http/services.ts';
import { http } from './http/whole.ts';
import { lineOf, type Mistake, make } from './mistake.ts';
import { greedy, greedyApi } from './rest/greedy.ts';
import { authorizers } from './rest/mistakes/authorizers.ts';
import { documents } from './rest/mistakes/documents.ts';
import { extensions } from './rest/mistakes/extensions.ts';
import { integrations } from './rest/mistakes/integrations.ts';
import { models } from './rest/mistakes/models.ts';
import { paths } from './rest/mistakes/paths.ts';
import { restApi } from './rest/read.ts';
import { rest } from './rest/whole.ts';
import { updates } from './updates.ts';

type Import = (endpoint: string, document: object) => Promise<object>;

const WHOLE: { name: string; read: Import; document: object; api: object }[] = [
  { name: 'a REST API with everything', read: importRest, document: rest, api: restApi },
  { name: 'a REST API of one route', read: importRest, document: greedy, api: greedyApi },
  { name: 'an HTTP API with everything', read: importHttp, document: http, api: httpApi },
  { name: 'an HTTP API of services', read: importHttp, document: services, api: servicesApi },
];

const MISTAKES: { name: string; read: Import; document: object; mistakes: Mistake[] }[] = [
  { name: 'REST', read: importRest, document: rest, mistakes: documents },
  { name: 'REST', read: importRest, document: rest, mistakes: extensions },
  { name: 'REST', read: importRest, document: rest, mistakes: paths },
  { name: 'REST', read: importRest, document: rest, mistakes: integrations },
  { name: 'REST', read: importRest, document: rest, mistakes: models },
  { name: 'REST', read: importRest, document: rest, mistakes: authorizers },
  { name: 'HTTP', read: importHttp, document: http, mistakes: httpMistakes },
];

const requirements = join(import.meta.dirname, '../../deploy/aws/requirements.txt');
const folder = await mkdtemp(join(tmpdir(), 'import-'));
try {
  const python = join(await findVenv(requirements), 'bin/python');
  const aws = await startAws(python, 'us-east-1', folder);
  for (const { name, read, document, api } of WHOLE) {
    await report(name, async () => {
      const imported = await read(aws.endpoint, document);
      if (isDeepStrictEqual(imported, api)) return undefined;
      return `It is read back as\n${JSON.stringify(imported, null, 2)}`;
    });
  }
  for (const { name, read, document, mistakes } of MISTAKES) {
    for (const mistake of mistakes) {
      await report(`${name}: ${mistake.name}`, () => refuse(aws.endpoint, read, document, mistake));
    }
  }
  for (const each of exported) {
    await report(each.name, () => readBack(each, aws.endpoint, folder));
  }
  for (const [name, update] of Object.entries(updates)) await report(name, () => update(aws));
} finally {
  await endAll();
  await rm(folder, { recursive: true });
}
console.log(`${count} cases`);

async function refuse(
  endpoint: string,
  read: Import,
  document: object,
  mistake: Mistake,
): Promise<string | undefined> {
  const message = await read(endpoint, make(document, mistake)).then(
    () => undefined,
    (error: Error) => (error.name === 'BadRequestException' ? error.message : `${error}`),
  );
  if (message === undefined) return 'It is taken.';
  const kind = mistake.isWarning ? 'Warnings found during import:' : 'Errors found during import:';
  const [heading, ...lines] = message.split('\n');
  if (heading === kind && lines.includes(lineOf(mistake))) return undefined;
  return `Wanted among\n${kind}\n${lineOf(mistake)}\nThere is\n${message}`;
}
