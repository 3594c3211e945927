/**
 * What only a deployment knows: text with placeholders such as `${user_function_arn}`, which Terraform's
 * templatefile fills in, or a CloudFormation expression.
 */
export type Value = string | Expression;

export type Expression = { Ref: string } | { [name: `Fn::${string}`]: unknown };

type Environment = Record<string, string | undefined>;

/** What the app itself reads in its place: the variable ORDERS_ARN for `${orders_arn}` or Orders.Arn. */
export function resolve(value: Value, env: Environment): string {
  if (typeof value === 'string') return fill(value, env);
  if ('Ref' in value) return read(value.Ref as string, env);
  const [[name, content]] = Object.entries(value) as [[string, unknown]];
  if (name === 'Fn::GetAtt') return read([content].flat().join('.'), env);
  if (name === 'Fn::Sub' && typeof content === 'string') return fill(content, env);
  throw new Error(
    `${JSON.stringify(value)} is known to CloudFormation only: the app reads Ref, Fn::GetAtt and Fn::Sub.`,
  );
}

function fill(text: string, env: Environment): string {
  return text.replace(/\$\{([\w.:]+)\}/g, (_, name: string) => read(name, env));
}

function read(name: string, env: Environment): string {
  const variable = name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/[.:]+/g, '_')
    .toUpperCase();
  const value = env[variable];
  if (!value) throw new Error(`${variable} is not set: it stands for ${name} in a route.`);
  return value;
}
