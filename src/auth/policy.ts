import Joi from 'joi';
import type { AuthorizerAnswer, Policy, Statement } from './authorizer.ts';

const texts = Joi.array().items(Joi.string()).min(1).single().required();

/** What is not understood here, such as a Condition, could turn a refusal into a pass. */
const policy = Joi.object({
  Version: Joi.string(),
  Id: Joi.string(),
  Statement: Joi.array()
    .items(
      Joi.object({
        Sid: Joi.string().allow(''),
        Effect: Joi.valid('Allow', 'Deny').required(),
        Action: texts,
        Resource: texts,
      }),
    )
    .single()
    .required(),
});

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html */
const answer = Joi.object({
  principalId: Joi.string().required(),
  policyDocument: policy.required(),
  context: Joi.object()
    .pattern(Joi.string(), [Joi.string().allow(''), Joi.number(), Joi.boolean(), null])
    .allow(null),
}).unknown();

/** What an authorizer has returned, which may be anything. */
export function readAnswer(returned: unknown): AuthorizerAnswer {
  const { error, value } = answer.required().validate(returned);
  // What it is about stays out of the log: it names callers.
  if (error) throw new Error(`It has returned no answer of an authorizer: ${error.message}.`);
  return value;
}

/** Whether a policy lets its bearer invoke a method: one Deny outweighs every Allow. */
export function allows({ Statement: statements }: Policy, methodArn: string): boolean {
  const matching = [statements]
    .flat()
    .filter(({ Action, Resource }) => matchesAction(Action) && matches(Resource, methodArn));
  const has = (effect: Statement['Effect']) => matching.some(({ Effect }) => Effect === effect);
  return has('Allow') && !has('Deny');
}

/** Of an action's name the case does not count. */
function matchesAction(actions: string | string[]): boolean {
  const lower = [actions].flat().map((action) => action.toLowerCase());
  return matches(lower, 'execute-api:invoke');
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html */
function matches(patterns: string | string[], text: string): boolean {
  return [patterns].flat().some((pattern) => fits(pattern, text));
}

/** No regular expression: with many an asterisk in it a pattern would keep one busy for hours. */
function fits(pattern: string, text: string): boolean {
  let [at, seen] = [0, 0];
  let star: { at: number; seen: number } | undefined;
  while (seen < text.length) {
    if (pattern[at] === '*') {
      star = { at: at++, seen };
    } else if (pattern[at] === '?' || pattern[at] === text[seen]) {
      at++;
      seen++;
    } else if (star) {
      // The last asterisk takes a character more.
      at = star.at + 1;
      seen = ++star.seen;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(at));
}
