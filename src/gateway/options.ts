import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { Value } from './value.ts';

declare module '@hapi/hapi' {
  interface PluginSpecificConfiguration {
    /** What API Gateway does for a route, where it is given the routes as a document. */
    gateway?: GatewayOptions;
  }
}

export interface GatewayOptions {
  /** Who answers; the app's own function where nobody is named. */
  integration?: Integration;
  /** A key of a usage plan is asked for too, in x-api-key. */
  apiKey?: boolean;
  /** Media types that are no text: without them a REST API spoils an image on its way. */
  binary?: string[];
  /** Requests a second over the long run, and at once. */
  throttle?: { rate: number; burst: number };
}

interface Integrations {
  lambda: LambdaIntegration;
  stepFunction: StepFunctionIntegration;
  s3Object: S3ObjectIntegration;
  mock: MockIntegration;
}

/** One of them, and no other beside it. */
export type Integration = {
  [Kind in keyof Integrations]: { [K in Kind]: Integrations[K] } & {
    [Other in Exclude<keyof Integrations, Kind>]?: never;
  };
}[keyof Integrations];

/** Another function, which gets the event of a Lambda proxy. */
export interface LambdaIntegration {
  /** Its invocation URI: what Terraform calls `invoke_arn`. */
  uri: Value;
  /** The role that the gateway invokes it with, where the function's own policy does not let it. */
  role?: Value;
  /** What stands in for it on a laptop. */
  local?: (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>;
}

/** A state machine of the Express kind, whose output is the answer. */
export interface StepFunctionIntegration {
  stateMachine: Value;
  /** The role that the gateway starts it with: states:StartSyncExecution. */
  role: Value;
  /** Of an execution that succeeds; 200 where it is not said. */
  status?: number;
  /** The names of errors that an execution may fail with by right, each with its status: 4xx or 5xx. */
  errors?: Record<string, number>;
  /** What stands in for it on a laptop: it resolves with the output, or rejects with an ExecutionFailed. */
  local?: (input: ExecutionInput) => Promise<unknown>;
}

/** What a state machine gets. Of a parameter that comes several times it is the last value. */
export interface ExecutionInput {
  /** The text as it was sent: `States.StringToJson($.body)` reads it. `{}` where there was none. */
  body: string;
  path: Record<string, string>;
  query: Record<string, string>;
  /** By names in lower case; without what proves who the caller is. */
  headers: Record<string, string>;
  /** Whom the route's strategy has found; null where it has none. */
  caller: string | null;
}

/** An object of a bucket: GET (and HEAD), PUT and DELETE, as the route's method says. */
export interface S3ObjectIntegration {
  bucket: Value;
  /** With every parameter of the path: `avatars/{id}.png`. */
  key: string;
  /** The role that the gateway reads and writes it with. */
  role: Value;
}

/** The same answer to everybody. */
export interface MockIntegration {
  status?: number;
  headers?: Record<string, string>;
  /** Text as it is, anything else as JSON. */
  body?: unknown;
}
