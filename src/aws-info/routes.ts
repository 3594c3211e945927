import type { Plugin } from '@hapi/hapi';
import Joi from 'joi';
import { detectEnvironment, environments } from './environment.ts';

const info = Joi.object({
  environment: Joi.string()
    .valid(...environments)
    .required()
    .label('Environment')
    .example('lambda'),
  stage: Joi.string().required().example('dev'),
  region: Joi.string().allow(null).required().example('us-east-1'),
  function: Joi.object({
    name: Joi.string().required().example('service-dev-api'),
    version: Joi.string().required().example('$LATEST'),
    memoryMb: Joi.number().integer().required().example(512),
  }).label('Function'),
  requestId: Joi.string().required().example('8f5a9f3e-5d0c-4f0e-9a63-2f1d3c1c7a55'),
}).label('AwsInfo');

export const awsInfo: Plugin<void> = {
  name: 'aws-info',
  register(server) {
    const { stage } = server.app.settings;
    const environment = detectEnvironment(stage, process.env);

    server.route({
      method: 'GET',
      path: '/api/aws-info',
      options: {
        description: 'Where the service runs',
        tags: ['api', 'aws-info'],
        response: { status: { 200: info } },
      },
      handler({ lambda, app: { requestId } }) {
        const { functionName, functionVersion, memoryLimitInMB } = lambda?.context ?? {};
        return {
          environment,
          stage,
          region: process.env.AWS_REGION ?? null,
          function: functionName
            ? { name: functionName, version: functionVersion, memoryMb: Number(memoryLimitInMB) }
            : undefined,
          requestId,
        };
      },
    });
  },
};
