import type { Lock, Road } from './road.ts';

interface Document {
  paths: Record<string, Record<string, { security?: Record<string, string[]>[] }>>;
  components?: { securitySchemes?: Record<string, Scheme> };
}

interface Scheme {
  name?: string;
  'x-amazon-apigateway-authtype'?: string;
  'x-amazon-apigateway-authorizer'?: { type: string };
}

/** The routes of an OpenAPI document with API Gateway's extensions. */
export function readDocument(name: string, document: object): Road {
  const { paths, components } = document as Document;
  const locks = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security = [] }]) => {
      const verb = method === 'x-amazon-apigateway-any-method' ? 'ANY' : method.toUpperCase();
      const schemes = security.flatMap((each) => Object.keys(each));
      return [
        `${verb} ${path}`,
        lockBy(schemes.map((each) => components?.securitySchemes?.[each])),
      ];
    }),
  );
  return { name, locks: Object.fromEntries(locks) };
}

function lockBy([scheme]: (Scheme | undefined)[]): Lock {
  if (!scheme) return 'open';
  if (scheme['x-amazon-apigateway-authtype'] === 'awsSigv4') return 'iam';
  if (scheme['x-amazon-apigateway-authorizer']?.type === 'jwt') return 'jwt';
  if (scheme.name === 'x-api-key') return 'key';
  throw new Error(`A lock that is not known here: ${JSON.stringify(scheme)}`);
}
