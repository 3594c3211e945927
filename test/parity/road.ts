import { findRoute } from '../deploy/gateway.ts';

/** One of the ways by which the service goes out: what a gateway has in front of it, and what runs behind. */
export interface Road {
  name: string;
  /** By `METHOD /path` as API Gateway writes it: how each route is locked from outside. */
  locks: Record<string, Lock>;
  /** What the function is run with; absent where only routes are described. */
  settings?: Settings;
}

/** The outer lock. What the app itself asks of a caller stands behind it. */
export type Lock = 'open' | 'jwt' | 'key' | 'iam';

export interface Settings {
  runtime?: string;
  architecture?: string;
  memory: number;
  timeout: number;
  /** The names of its variables. */
  environment: string[];
}

/** The lock that a request meets. A route's parameter stands for itself: `/things/{id}` is asked for as it is. */
export function lockOf({ locks }: Road, method: string, path: string): Lock | undefined {
  const routes = Object.entries(locks).map(([routeKey, lock]) => ({ routeKey, lock }));
  return findRoute(routes, method, path)?.route.lock;
}
