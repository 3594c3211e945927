/** The parts of an OpenAPI document that are read and written here. */
export interface OpenApi {
  openapi: string;
  info: object;
  servers?: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; [kind: string]: object };
}

export interface Operation {
  summary?: string;
  operationId?: string;
  tags?: string[];
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content?: Record<string, Media> };
  responses: Record<string, Answer>;
  security?: Record<string, string[]>[];
  [extension: `x-${string}`]: unknown;
}

export interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema: Schema;
}

export interface Answer {
  description: string;
  headers?: Record<string, object>;
  content?: Record<string, Media>;
}

interface Media {
  schema: Schema;
  example?: unknown;
}

/** What joi does to a value before it checks it, in hapi-swagger's words: no document shows it. */
export const CONVERSIONS = 'x-convert';

export function withoutConversions<T extends object>(document: T): T {
  return JSON.parse(
    JSON.stringify(document, (name, value) => (name === CONVERSIONS ? undefined : value)),
  );
}

export type Schema = Record<string, unknown>;
