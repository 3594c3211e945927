import { join } from 'node:path';
import type { Stage } from '../../scripts/stage.ts';
import { readValues } from '../openapi/terraform/terraform.ts';
import { readDocument } from './openapi.ts';
import type { Road } from './road.ts';

interface Function {
  runtime: string;
  architectures: string[];
  memory_size: number;
  timeout: number;
  environment: { variables: object };
}

const root = join(import.meta.dirname, '../..');

/** The module of infra/terraform/, with a stage's settings. */
export async function readTerraform({ name, service, settings }: Stage): Promise<Road> {
  const { locals, resources } = await readValues(join(root, 'infra/terraform/service'), {
    local: { service, settings },
    var: { stage: name },
  });
  const found = resources['aws_lambda_function.api'] as unknown as Function;
  return {
    ...readDocument('infra/terraform', locals.document as object),
    settings: {
      runtime: found.runtime,
      architecture: found.architectures[0],
      memory: found.memory_size,
      timeout: found.timeout,
      environment: Object.keys(found.environment.variables).sort(),
    },
  };
}
