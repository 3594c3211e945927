export interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: string | string[];
  Condition?: { StringEquals: Record<string, string> };
}

/** What is asked of a policy; the context is what conditions look at. */
export interface Question {
  action: string;
  resource: string;
  context?: Record<string, string>;
}

/** As AWS decides, of policies that allow only, and whose conditions are StringEquals. */
export function allows(statements: Statement[], { action, resource, context = {} }: Question) {
  return statements.some(
    ({ Effect, Action, Resource, Condition: { StringEquals = {}, ...others } = {} }) => {
      if (Effect !== 'Allow' || Object.keys(others).length > 0) {
        throw new Error(`${Effect} ${Object.keys(others)} is not judged here.`);
      }
      return (
        [Action].flat().some((pattern) => matches(pattern, action)) &&
        [Resource].flat().some((pattern) => matches(pattern, resource)) &&
        Object.entries(StringEquals).every(([key, value]) => context[key] === value)
      );
    },
  );
}

function matches(pattern: string, value: string): boolean {
  const parts = pattern.split('*').map((part) => RegExp.escape(part));
  return new RegExp(`^${parts.join('.*')}$`).test(value);
}
