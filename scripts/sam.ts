import { join, relative } from 'node:path';
import { stringify } from 'yaml';
import { put } from './output.ts';
import { readStage, type Stage } from './stage.ts';
import { readStageOptions } from './stage-options.ts';

const USAGE = `Usage: npm run sam:config -- --stage dev
         writes infra/sam/dev.yaml, by which sam deploys the stage
           --zone ID           the zone in Route 53 that the stage's domain is in
           --region REGION     where to; that of serverless.yml if not said`;

const templates = ['rest', 'template'];
const root = join(import.meta.dirname, '..');
const { stage: name, zone, region } = readStageOptions(USAGE, 'zone', 'region');
try {
  if (templates.includes(name)) {
    throw new Error(
      `infra/sam/${name}.yaml is a template: a stage that SAM deploys needs another name.`,
    );
  }
  const stage = await readStage(name, region);
  const file = join(root, `infra/sam/${name}.yaml`);
  await put(file, stringify(configOf(stage, zone)));
  const left = leftOut(stage);
  if (left.length > 0) console.error(`The templates have no ${left.join(', no ')} (docs/sam.md).`);
  console.log(relative('.', file));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

/** https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-sam-cli-config.html */
function configOf(stage: Stage, zone: string | undefined): object {
  const { service, region, tags } = stage;
  const stack = `${service}-${stage.name}`;
  return {
    version: 0.1,
    default: {
      global: {
        parameters: {
          stack_name: stack,
          region,
          parameter_overrides: parametersOf(stage, zone),
        },
      },
      deploy: {
        parameters: {
          // Its role has a name of its own.
          capabilities: 'CAPABILITY_NAMED_IAM',
          resolve_s3: true,
          s3_prefix: stack,
          tags: Object.entries(tags).map(([key, value]) => `${key}=${value}`),
        },
      },
    },
  };
}

/** Those of the templates; what is not said has its default there. */
function parametersOf({ name, file, service, settings }: Stage, zone: string | undefined): object {
  const { database, domain, throttling, concurrency } = settings;
  if (domain && !zone) {
    throw new Error(
      `${file} has the domain ${domain.name}: say the zone in Route 53 that it is in, as in --zone Z0123456789ABC.`,
    );
  }
  return {
    Service: service,
    Stage: name,
    Issuer: settings.issuer,
    Audience: settings.audience,
    ClientId: settings.clientId,
    Origins: settings.origins.join(','),
    LogLevel: settings.logLevel,
    LogRetention: settings.logRetention,
    Memory: settings.memory,
    Timeout: settings.timeout,
    ThrottlingRate: throttling.rate,
    ThrottlingBurst: throttling.burst,
    ...(settings.callerLimit && { CallerLimit: settings.callerLimit }),
    Database: database.name,
    ...(database.uriParameter && { UriParameter: database.uriParameter }),
    ...(database.uri && { Uri: database.uri }),
    ...(domain && { Domain: domain.name, Zone: zone }),
    ...(domain?.basePath && { BasePath: domain.basePath }),
    ...(concurrency?.reserved !== undefined && { ReservedConcurrency: concurrency.reserved }),
  };
}

function leftOut({ settings: { alarms, concurrency, throttling } }: Stage): string[] {
  return [
    // Of parameters a template makes no map.
    ...(throttling.routes ? ['limits of single routes'] : []),
    ...(alarms ? ['alarms'] : []),
    ...(concurrency?.provisioned ? ['provisioned concurrency'] : []),
  ];
}
