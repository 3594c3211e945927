import type { Lock } from './road.ts';

/** What is rightly different from road to road. All else has to be as in serverless.yml and in the app. */
export interface Rule {
  /** The outer lock of a route that the app asks a token for. */
  token: Lock;
  /** Of one that it asks nothing for. */
  nothing: Lock;
  /** Such routes that have no outer lock although the others have. */
  open?: string[];
  /** The base image and the build of an image say its runtime and its architecture. */
  isImage?: boolean;
}

/** What a browser opens by itself, and what asks after the service's health, brings no key. */
const keyless = [
  '/',
  '/api/health',
  '/docs',
  '/docs/oauth2-redirect',
  '/docs/vendor/{file}',
  '/docs/{file+}',
  '/health',
  '/health/ready',
  '/openapi.json',
  '/redoc',
];

export const rules: Record<string, Rule> = {
  // A JWT authorizer looks at a token before the app does.
  'serverless.yml': { token: 'jwt', nothing: 'open' },
  'the HTTP API exported': { token: 'jwt', nothing: 'open' },
  'infra/sam/template.yaml': { token: 'jwt', nothing: 'open' },
  // A REST API has none: the app looks.
  'the REST API exported': { token: 'open', nothing: 'open' },
  'infra/sam/rest.yaml': { token: 'open', nothing: 'open' },
  'infra/terraform': { token: 'key', nothing: 'key', open: keyless },
  // What is signed has no place for a token (docs/container.md).
  'infra/container': { token: 'iam', nothing: 'iam', isImage: true },
};
