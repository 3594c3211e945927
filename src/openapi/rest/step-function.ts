import type { StepFunctionIntegration } from '../../gateway/options.ts';
import { codeOf, failures, withheldHeaders } from '../../gateway/step-function.ts';
import type { Value } from '../../gateway/value.ts';
import type { Access } from '../routes.ts';
import { join } from '../template.ts';
import { escaped, problemText } from '../velocity.ts';
import { PROBLEM_TYPE, type RestIntegration, respond } from './integration.ts';

/** https://docs.aws.amazon.com/step-functions/latest/dg/tutorial-api-gateway.html, and StartSyncExecution */
export function toStateMachine(
  { stateMachine, role, status = 200, errors = {} }: StepFunctionIntegration,
  access?: Access,
): RestIntegration {
  return {
    integration: {
      type: 'aws',
      httpMethod: 'POST',
      uri: 'arn:${AWS::Partition}:apigateway:${AWS::Region}:states:action/StartSyncExecution',
      credentials: join(role),
      // A body of any other type would pass the template by.
      passthroughBehavior: 'never',
      contentHandling: 'CONVERT_TO_TEXT',
      requestTemplates: { 'application/json': requestTemplate(stateMachine, access) },
      responses: {
        '200': respond(status, {}, responseTemplate(errors)),
        default: respond(
          failures.UNAVAILABLE[0],
          PROBLEM_TYPE,
          problemText(...failures.UNAVAILABLE),
        ),
      },
    },
  };
}

/**
 * The input is JSON within a JSON string, so each value is escaped twice, and all of it stands on one line:
 * a line break of the template would be one of the string. Values are texts, the body too: to put it in as
 * JSON would let it end where it likes and write keys of its own; to have it parsed would change numbers.
 */
function requestTemplate(stateMachine: Value, access?: Access): Value {
  const value = (text: string) => `\\"${escaped(escaped(text))}\\"`;
  const map = (kind: string) =>
    `{#foreach($name in $params.get('${kind}').keySet())${value('$name')}:${value(`$params.get('${kind}').get($name)`)}#if($foreach.hasNext),#end#end}`;
  const isKept = withheldHeaders(access?.authorizer)
    .map((name) => `$key != '${name}'`)
    .join(' && ');
  const headers = `{#set($comma = "")#foreach($name in $params.get('header').keySet())#set($key = $name.toLowerCase())#if(${isKept})$comma${value('$key')}:${value("$params.get('header').get($name)")}#set($comma = ",")#end#end}`;
  const caller = callerOf(access);
  const input = [
    `\\"body\\":${value('$input.body')}`,
    `\\"path\\":${map('path')}`,
    `\\"query\\":${map('querystring')}`,
    `\\"headers\\":${headers}`,
    `\\"caller\\":${caller ? value(caller) : 'null'}`,
  ];
  return join(
    '#set($params = $input.params())\n{"stateMachineArn":"',
    stateMachine,
    `","input":"{${input.join(',')}}"}`,
  );
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html#context-variable-reference */
function callerOf(access?: Access): string | undefined {
  const kinds = {
    cognito: '$context.authorizer.claims.sub',
    lambda: '$context.authorizer.principalId',
    iam: '$context.identity.userArn',
    'api-key': '$context.identity.apiKeyId',
    jwt: undefined,
  };
  return access && kinds[access.authorizer.kind];
}

/** StartSyncExecution answers 200 whether or not the execution has succeeded. */
function responseTemplate(errors: Record<string, number>): string {
  const expected = Object.entries(errors).map(([error, status]) => {
    const text = problemText(status, codeOf(error), escaped('$cause'));
    return `#elseif($status == 'FAILED' && $error == '${error}')${refuse(status, text)}`;
  });
  return `#set($status = $input.path('$.status'))
#set($error = $input.path('$.error'))
#set($cause = $input.path('$.cause'))
#if(!$cause)#set($cause = $error)#end
#if($status == 'SUCCEEDED')$input.path('$.output')
${expected.join('\n')}
#elseif($status == 'TIMED_OUT')${refuse(failures.TIMED_OUT[0], problemText(...failures.TIMED_OUT))}
#else${refuse(failures.FAILED[0], problemText(...failures.FAILED))}
#end`;
}

function refuse(status: number, text: string): string {
  return `
#set($context.responseOverride.status = ${status})
#set($context.responseOverride.header.Content-Type = 'application/problem+json')
${text}`;
}
