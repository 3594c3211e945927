import type { LambdaEvent } from '../../src/adapter/index.ts';
import { toEvent, type Wire } from './front-doors.ts';

interface Vouched {
  /** Whatever has decided on the request: what the gateway hands over of it. */
  authorizer?: object | null;
  /** Of a REST API: who has signed, and with which key of a usage plan. */
  identity?: object;
}

/** An event of a gateway that has this very route: `/orders/{id}`. */
export function routed(
  kind: 'rest-api' | 'http-api',
  resource: string,
  wire: Wire,
  { authorizer, identity }: Vouched = {},
): LambdaEvent {
  const event = toEvent(kind, wire) as unknown as Record<string, object>;
  const context = event.requestContext as { identity?: object };
  const routeKey = `${wire.method ?? 'GET'} ${resource}`;
  const isRest = kind === 'rest-api';
  return {
    ...event,
    ...(isRest ? { resource } : { routeKey }),
    requestContext: {
      ...context,
      ...(isRest
        ? { resourcePath: resource, identity: { ...context.identity, ...identity } }
        : { routeKey }),
      ...(authorizer !== undefined && { authorizer }),
    },
  } as never;
}
