import type { Request } from '@hapi/hapi';

/** What the caller's URL has before the service's own paths: Location, Link and pages begin with it. */
export function prefixOf({ lambda }: Pick<Request, 'lambda'>): string {
  return lambda?.prefix ?? '';
}
