export const CORRELATION_HEADER = 'x-correlation-id';

/** What may go into a log line and a header as it came. */
const SANE = /^[\w.:+/=@-]{1,128}$/;

/** The caller's own where it is a sane one. */
export function correlationIdOf(given: unknown, requestId: string): string {
  return typeof given === 'string' && SANE.test(given) ? given : requestId;
}
