// Plain JavaScript, for any Node: a `sls` that is installed elsewhere brings the machine's own.
import { createRequire } from 'node:module';

const OLDEST = 24;

if (Number.parseInt(process.versions.node, 10) < OLDEST) {
  process.stderr.write(
    `This is Node ${process.version}, and the project needs ${OLDEST}: \`npx sls ...\` takes the one that it has brought along.\n`,
  );
  process.exit(1);
}

export default createRequire(import.meta.url)('./offline.ts').default;
