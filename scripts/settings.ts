import { readStage, type Stage } from './stage.ts';
import { readStageOptions } from './stage-options.ts';

const USAGE = `Usage: eval "$(npm run -s settings -- --stage dev)"
         sets what the commands of docs/cli.md name, from config/dev.yml
           --region REGION     where to; that of serverless.yml if not said`;

try {
  const { stage, region } = readStageOptions(USAGE, 'region');
  for (const [name, value] of Object.entries(variablesOf(await readStage(stage, region)))) {
    console.log(`${name}=${quote(String(value))}`);
  }
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

function variablesOf({ name, service, region, runtime, environment, settings }: Stage): object {
  return {
    SERVICE: service,
    STAGE: name,
    REGION: region,
    RUNTIME: runtime,
    MEMORY: settings.memory,
    TIMEOUT: settings.timeout,
    RESERVED: settings.concurrency?.reserved ?? '',
    LOG_RETENTION: settings.logRetention,
    RATE: settings.throttling.rate,
    BURST: settings.throttling.burst,
    ROUTE_SETTINGS: JSON.stringify(settings.routeSettings),
    ISSUER: settings.issuer,
    AUDIENCE: settings.audience,
    ORIGINS: settings.origins.join(','),
    URI_PARAMETER: settings.database.uriParameter ?? '',
    // As `aws lambda create-function --environment` takes it.
    ENVIRONMENT: JSON.stringify({ Variables: environment }),
  };
}

/** As a shell reads it back, whatever it is. */
function quote(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}
