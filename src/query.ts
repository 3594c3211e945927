import type { Request } from '@hapi/hapi';

/** As it was sent. Of `request.url` Hapi makes a URL with whatever the caller calls the host: it may be none. */
export function queryOf({ raw }: Pick<Request, 'raw'>): URLSearchParams {
  return new URLSearchParams(/^[^?#]*\?([^#]*)/.exec(raw.req.url ?? '')?.[1]);
}
