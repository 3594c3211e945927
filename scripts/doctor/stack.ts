import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import type { Stage } from '../stage.ts';
import { type Aws, inTime, unseen } from './aws.ts';
import { type Finding, ok, wrong } from './finding.ts';

/** What is deployed already: whether it can be deployed again, and the gateway's own address. */
export async function checkStack(
  { service, name }: Stage,
  aws: Aws,
): Promise<{ findings: Finding[]; address?: string }> {
  const stack = `${service}-${name}`;
  try {
    const command = new DescribeStacksCommand({ StackName: stack });
    const { Stacks = [] } = await new CloudFormationClient(aws).send(command, inTime());
    const [{ StackStatus = '', Outputs = [] } = {}] = Stacks;
    const address = Outputs.find(({ OutputKey }) => OutputKey === 'HttpApiUrl')?.OutputValue;
    return {
      findings: [judge(stack, StackStatus, name)],
      ...(address === undefined ? {} : { address }),
    };
  } catch (error) {
    const { name: kind, message } = error as Error;
    if (kind === 'ValidationError' && message.includes('does not exist')) {
      return { findings: [ok(`the stack ${stack} is not there yet: this is a first deployment`)] };
    }
    return { findings: [unseen(`The stack ${stack}`, error)] };
  }
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html */
function judge(stack: string, status: string, stage: string): Finding {
  if (status === 'ROLLBACK_COMPLETE' || status === 'ROLLBACK_FAILED') {
    return wrong(
      `The stack ${stack} is ${status}: its first deployment failed, and it takes no other.`,
      `npx sls remove --stage ${stage}`,
    );
  }
  if (status === 'DELETE_FAILED' || status === 'UPDATE_ROLLBACK_FAILED') {
    return wrong(
      `The stack ${stack} is ${status}.`,
      "Its events in CloudFormation's console say what holds it; continue the rollback or delete it there.",
    );
  }
  // One that only awaits its first change set is taken up by the framework.
  if (status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS') {
    return wrong(`The stack ${stack} is ${status}.`, 'Wait until it is through.');
  }
  return ok(`the stack ${stack} is ${status}`);
}
