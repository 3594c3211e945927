const ACCOUNT = '123456789012';

export const ROLE = `arn:aws:iam::${ACCOUNT}:role/gateway`;
export const USER_POOL = `arn:aws:cognito-idp:us-east-1:${ACCOUNT}:userpool/us-east-1_Abc123`;
export const STATE_MACHINE = `arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:orders`;
export const FUNCTION = invocationOf('things');

export function invocationOf(name: string): string {
  const arn = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:${name}`;
  return `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${arn}/invocations`;
}
