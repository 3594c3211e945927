import { GetParameterCommand, type Parameter, SSMClient } from '@aws-sdk/client-ssm';
import { MongoClient } from 'mongodb';
import { type Aws, inTime, isDenied, unseen } from './aws.ts';
import { type Finding, note, ok, wrong } from './finding.ts';

export interface Connection {
  findings: Finding[];
  /** Where it is one that the driver reads. */
  uri?: string;
}

/** The parameter that the function reads when it starts, and the connection string in it. */
export async function checkParameter(name: string, aws: Aws): Promise<Connection> {
  try {
    const command = new GetParameterCommand({ Name: name, WithDecryption: true });
    const { Parameter } = await new SSMClient(aws).send(command, inTime());
    return judge(name, Parameter!, aws.region);
  } catch (error) {
    if ((error as Error).name === 'ParameterNotFound') {
      return { findings: [wrong(`${name} is not in SSM.`, putCommand(name, aws.region))] };
    }
    if (isDenied(error)) {
      const text = `${name} is not for these credentials: whether it is there is not known.`;
      return { findings: [note(text, (error as Error).message)] };
    }
    return { findings: [unseen(`The parameter ${name}`, error)] };
  }
}

/** One that stands in the settings, as it has no password. */
export function checkUri(uri: string, file: string): Connection {
  const fault = findFault(uri);
  if (!fault) return { findings: [ok(`database.uri of ${file} is a connection string`)], uri };
  return {
    findings: [
      wrong(
        `database.uri of ${file} is no connection string: ${fault}.`,
        'Take it from Atlas: Connect, Drivers.',
      ),
    ],
  };
}

function judge(name: string, { Type, Value = '' }: Parameter, region: string): Connection {
  if (Type !== 'SecureString') {
    return {
      findings: [
        wrong(
          `${name} is a ${Type}: all who may list parameters can read it.`,
          `aws ssm delete-parameter --region ${region} --name ${name}; then ${putCommand(name, region)}`,
        ),
      ],
    };
  }
  // As the function reads it.
  const uri = Value.trim();
  const fault = findFault(uri);
  if (fault) {
    return {
      findings: [
        wrong(
          `${name} holds no connection string: ${fault}.`,
          `${putCommand(name, region)} --overwrite`,
        ),
      ],
    };
  }
  return { findings: [ok(`${name} is a SecureString, and a connection string`)], uri };
}

/** The driver's own words are kept back: they can hold a part of the password. */
function findFault(uri: string): string | undefined {
  if (!/^mongodb(\+srv)?:\/\//.test(uri)) return 'it must begin with mongodb:// or mongodb+srv://';
  if (/<[\w-]+>/.test(uri)) return 'it has <…> where the user or the password should be';
  // The first of these would end the address, and what is left of a password be taken for a host.
  const [address = ''] = uri.replace(/^[^:]+:\/\//, '').split('?');
  if (/[/@].*@/.test(address)) return '@, / and : in a user or password must be percent-encoded';
  try {
    new MongoClient(uri);
  } catch {
    return 'the driver cannot read it';
  }
}

function putCommand(name: string, region: string): string {
  return `aws ssm put-parameter --region ${region} --type SecureString --name ${name} --value 'mongodb+srv://…'`;
}
