import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Lifecycle } from '@hapi/hapi';
import { problem } from '../problem.ts';
import { isFileName } from './file-name.ts';

/**
 * Files of Swagger UI and Redoc. They lie there compressed and not otherwise: they are most of the layer,
 * and compressing them takes longer than the rest of a request.
 */
export function serveVendor(folder: string): Lifecycle.Method {
  return async ({ params, info, server }, h) => {
    const name = `${params.file}`;
    if (!isFileName(name)) throw notFound();
    const { type = 'application/octet-stream' } = server.mime.path(name) as { type?: string };
    const packed = `${name}.gz`;
    if (info.acceptEncoding === 'gzip') {
      const file = h.file(packed, { confine: folder });
      return file.type(type).header('content-encoding', 'gzip').vary('accept-encoding');
    }
    const bytes = await readFile(join(folder, packed)).catch(() => {
      throw notFound();
    });
    return h.response(gunzipSync(bytes)).type(type).vary('accept-encoding');
  };
}

function notFound() {
  return problem(404, 'FILE_NOT_FOUND', 'There is no such file.');
}
