import { join } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import type { Request, ResponseObject, ResponseToolkit, Server } from '@hapi/hapi';
import { PAYLOAD_BYTES, readBytes } from '../body.ts';
import { problem } from '../problem.ts';
import { type Bucket, openFolder } from './bucket.ts';
import type { S3ObjectIntegration } from './options.ts';
import { signalOf } from './signal.ts';
import { resolve } from './value.ts';

/** What the caller hears instead: the same from the gateway's templates. */
export const refusals = {
  missing: [404, 'OBJECT_NOT_FOUND', 'There is no such object.'],
  failed: [502, 'STORAGE_FAILED', 'Where the objects are kept does not answer as it should.'],
} as const;

export async function serveObject(
  integration: S3ObjectIntegration,
  request: Request,
  h: Pick<ResponseToolkit, 'response'>,
): Promise<ResponseObject> {
  const { server, method, raw, route } = request;
  const isPut = method === 'put';
  const body = isPut ? await readBytes(raw.req, PAYLOAD_BYTES) : Buffer.alloc(0);
  const { key, bucket } = await locate(integration, request);
  try {
    if (isPut) {
      await bucket.put(key, { body, type: raw.req.headers['content-type'] });
      return h.response().code(200);
    }
    if (method === 'delete') {
      await bucket.remove(key);
      return h.response().code(204);
    }
    const found = await bucket.get(key);
    if (found) {
      // Said, for else hapi makes 204 of an empty one.
      const response = h.response(found.body).code(200);
      response.type(found.type ?? typeOf(key, server));
      response.charset('');
      return found.etag ? response.header('etag', found.etag) : response;
    }
  } catch (error) {
    server.app.log.error('An object could not be served', { route: route.path, error });
    throw problem(...refusals.failed);
  }
  throw problem(...refusals.missing);
}

async function locate(
  { bucket, key }: S3ObjectIntegration,
  request: Request,
): Promise<{ key: string; bucket: Bucket }> {
  const { server, params } = request;
  const { stage, objects } = server.app.settings;
  if (stage === 'local') {
    const folder = JSON.stringify(bucket).match(/\w+/g)!.join('-');
    return { key: fillIn(key, params), bucket: openFolder(join(objects, folder)) };
  }
  return {
    // First what the deployment knows: a caller's parameter may look like a placeholder.
    key: fillIn(resolve(key, process.env), params),
    bucket: await openS3(resolve(bucket, process.env), signalOf(request)),
  };
}

function typeOf(key: string, { mime }: Server): string {
  const found: { type?: string } = mime.path(key);
  return found.type ?? 'application/octet-stream';
}

/** `{id}` of the path, but not `${prefix}`, which is a deployment's. */
export const KEY_PARAMETER = /(?<!\$)\{(\w+)\}/g;

function fillIn(key: string, params: Request['params']): string {
  return key.replace(KEY_PARAMETER, (_, name: string) => String(params[name] ?? ''));
}

/** One for all requests: it keeps its connections open. */
let client: S3Client | undefined;

async function openS3(Bucket: string, abortSignal: AbortSignal): Promise<Bucket> {
  // The runtime brings it. Few routes need it, so it is loaded by the first that does.
  const { S3Client, GetObjectCommand, PutObjectCommand, DeleteObjectCommand } = await import(
    '@aws-sdk/client-s3'
  );
  client ??= new S3Client();
  const s3 = client;
  return {
    async get(Key) {
      try {
        const command = new GetObjectCommand({ Bucket, Key });
        const { Body, ContentType, ETag } = await s3.send(command, { abortSignal });
        const body = Buffer.from((await Body?.transformToByteArray()) ?? []);
        return { body, type: ContentType, etag: ETag };
      } catch (error) {
        if ((error as Error).name === 'NoSuchKey') return undefined;
        throw error;
      }
    },
    async put(Key, { body, type }) {
      const command = new PutObjectCommand({ Bucket, Key, Body: body, ContentType: type });
      await s3.send(command, { abortSignal });
    },
    async remove(Key) {
      await s3.send(new DeleteObjectCommand({ Bucket, Key }), { abortSignal });
    },
  };
}
