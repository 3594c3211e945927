import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { freePort, plainEnvironment, start } from './program.ts';

const START_MS = 60_000;

/** The AWS that this machine stands in for: what every program and client of it is told. */
export interface Aws {
  endpoint: string;
  region: string;
  environment: NodeJS.ProcessEnv;
  /** What its clients in this process are made with. */
  client: {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
  };
}

export async function startAws(python: string, region: string, folder: string): Promise<Aws> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const child = start(python, [join(import.meta.dirname, 'aws/serve.py'), String(port)], {
    env: {
      ...plainEnvironment(),
      MOTO_ACM_VALIDATION_WAIT: '0',
      PERMISSIONS_LOG: join(folder, 'permissions.log'),
    },
  });
  let errors = '';
  child.stdout!.resume();
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    errors = `${errors}${text}`.slice(-4000);
  });
  const limit = performance.now() + START_MS;
  while (!(await answers(endpoint))) {
    if (child.exitCode !== null || performance.now() > limit) {
      throw new Error(`The AWS stand-in did not start:\n${errors}`);
    }
    await setTimeout(100);
  }
  const credentials = { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' };
  const environment = {
    ...plainEnvironment(),
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    // Milliseconds: osls would wait 5 s before it asks how a stack is getting on.
    SLS_AWS_MONITORING_FREQUENCY: '100',
    // Nobody's account may be met, whatever the home folder has.
    AWS_CONFIG_FILE: join(folder, 'none'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  return { endpoint, region, environment, client: { endpoint, region, credentials } };
}

async function answers(endpoint: string): Promise<boolean> {
  const response = await fetch(`${endpoint}/moto-api/`).catch(() => undefined);
  return response?.ok ?? false;
}
