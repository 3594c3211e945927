import { detectEnvironment } from '../../src/aws-info/environment.ts';

const lambda = { AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001' };

test.each([
  ['laptop', 'local', {}],
  ['laptop', 'local', lambda],
  ['lambda', 'dev', lambda],
  ['ecs', 'dev', { ECS_CONTAINER_METADATA_URI_V4: 'http://169.254.170.2/v4/1' }],
  ['kubernetes', 'dev', { KUBERNETES_SERVICE_HOST: '10.0.0.1' }],
  ['server', 'container', {}],
])('%s, in the stage %s with %j', (expected, stage, env) => {
  expect(detectEnvironment(stage, env)).toBe(expected);
});
