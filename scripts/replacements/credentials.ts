/**
 * The credentials of the function's role, as Lambda puts them into the environment; they last longer than
 * the process. In place of the package @aws-sdk/credential-providers, as mongodb calls it.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export function fromNodeProviderChain() {
  return async () => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
    if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
      throw new Error('MONGODB-AWS needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.');
    }
    return {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      sessionToken: AWS_SESSION_TOKEN,
    };
  };
}
