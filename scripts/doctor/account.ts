import { setTimeout } from 'node:timers/promises';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type Aws, inTime } from './aws.ts';
import { type Finding, note, ok, wrong } from './finding.ts';

/** Credentials may come from a program or a sign-in of somebody else's, which is not ended by a signal. */
const PATIENCE_MS = 10_000;

/** Who deploys, and where to. */
export async function checkAccount(aws: Aws): Promise<Finding[]> {
  return [await checkCaller(aws), checkRegion(aws.region)];
}

async function checkCaller(aws: Aws): Promise<Finding> {
  try {
    const answer = new STSClient(aws).send(new GetCallerIdentityCommand({}), inTime());
    const late = setTimeout(PATIENCE_MS, undefined, { ref: false });
    const identity = await Promise.race([answer, late]);
    if (!identity) throw new Error('there was no answer in time');
    return ok(`account ${identity.Account}, as ${identity.Arn}`);
  } catch (error) {
    return explain(error as Error, aws.region);
  }
}

/** The names: https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html, and the SDK's own. */
function explain({ name, message }: Error, region: string): Finding {
  if (/expired/i.test(`${name} ${message}`)) {
    return wrong(
      'The AWS credentials have expired.',
      'aws sso login, or new AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.',
    );
  }
  if (name === 'CredentialsProviderError') {
    return wrong(
      `There are no AWS credentials: ${message}`,
      'aws configure sso, then aws sso login; AWS_PROFILE names the profile if it is not the default one.',
    );
  }
  if (/^(InvalidClientTokenId|SignatureDoesNotMatch|UnrecognizedClient|InvalidToken)/.test(name)) {
    return wrong(
      `AWS does not know the credentials: ${name}.`,
      'aws configure list says where they come from; take the keys again from there.',
    );
  }
  return wrong(
    `AWS does not answer in ${region}: ${message || name}`,
    'Is there a network, and a region of that name?',
  );
}

/** The framework takes the region of its own settings, and us-east-1 where they have none. */
function checkRegion(region: string): Finding {
  const shell = process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION;
  if (!shell || shell === region) return ok(`region ${region}`);
  return note(
    `region ${region}, though the shell's is ${shell}: the framework does not look there.`,
    `If ${shell} is meant: provider.region in serverless.yml, or --region ${shell} here and at each sls command.`,
  );
}
