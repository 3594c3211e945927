import { fault } from './route-errors.ts';
import type { GatewayRoute } from './routes.ts';

/** By path, and by method as API Gateway writes it there. */
export type Paths = Record<string, Record<string, object>>;

export function addOperation(
  paths: Paths,
  { name, path, method }: GatewayRoute,
  operation: object,
): void {
  const methods = paths[path] ?? {};
  paths[path] = methods;
  const key = method === 'any' ? 'x-amazon-apigateway-any-method' : method;
  if (methods[key]) throw fault(name, 'another route has the same method and path');
  methods[key] = operation;
}
