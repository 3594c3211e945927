export const environments = ['laptop', 'lambda', 'ecs', 'kubernetes', 'server'] as const;

/** What runs this process, by the variables that each of them sets. */
export function detectEnvironment(
  stage: string,
  env: Record<string, string | undefined>,
): (typeof environments)[number] {
  // `sls offline` sets Lambda's variables too.
  if (stage === 'local') return 'laptop';
  // https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
  if (env.AWS_LAMBDA_RUNTIME_API) return 'lambda';
  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html
  if (env.ECS_CONTAINER_METADATA_URI_V4) return 'ecs';
  // https://kubernetes.io/docs/tutorials/services/connect-applications-service/#environment-variables
  if (env.KUBERNETES_SERVICE_HOST) return 'kubernetes';
  return 'server';
}
