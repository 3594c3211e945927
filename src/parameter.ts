import type { Environment } from './config.ts';

const TIMEOUT_MS = 3_000;

/**
 * The connection string from SSM, where it is kept as a SecureString: the environment of a function can be
 * read by all who may read its configuration. One that is set beside the parameter's name is taken instead.
 */
export async function readParameters(
  env: Environment,
  warn: (message: string) => void,
): Promise<Environment> {
  const { MONGODB_URI_PARAMETER: name, MONGODB_URI: set } = env;
  if (!name) return env;
  if (set) {
    warn('MONGODB_URI is set, and taken instead of the one that MONGODB_URI_PARAMETER names.');
    return env;
  }
  // Lambda brings the SDK along; it is loaded where it is needed only, as it takes its time.
  const { GetParameterCommand, SSMClient } = await import('@aws-sdk/client-ssm');
  const command = new GetParameterCommand({ Name: name, WithDecryption: true });
  try {
    const abortSignal = AbortSignal.timeout(TIMEOUT_MS);
    const { Parameter } = await new SSMClient({}).send(command, { abortSignal });
    return { ...env, MONGODB_URI: Parameter?.Value };
  } catch (error) {
    throw new Error(`The parameter ${name} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
