import type { Plugin, Request } from '@hapi/hapi';
import Joi from 'joi';
import { ObjectId } from 'mongodb';
import { prefixOf } from '../prefix.ts';
import { problem } from '../problem.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { matchesStrongly, matchesWeakly } from './etag.ts';
import {
  body,
  changeHeaders,
  createHeaders,
  findHeaders,
  listQuery,
  message as messageBody,
  noQuery,
  page,
  params,
} from './schemas.ts';
import { createMessageStore, type Message } from './store.ts';

const MODERATE = 'messages:moderate';
const version = { etag: 'Its version' };

export const messages: Plugin<void> = {
  name: 'messages',
  register(server) {
    const store = createMessageStore(server.app.database);

    server.route<{ Payload: { text: string }; Headers: { 'idempotency-key'?: string } }>({
      method: 'POST',
      path: '/messages',
      options: {
        description: 'Write a message',
        tags: ['api', 'messages'],
        validate: { query: noQuery, payload: body, headers: createHeaders },
        response: { status: { 201: messageBody } },
        plugins: {
          openapi: {
            refusals: [410, 422, 503],
            headers: {
              201: {
                ...version,
                location: 'Where it is',
                'idempotency-replayed': '`true` where a retry met the first one',
              },
            },
          },
        },
      },
      async handler(request, h) {
        const created = await store.create({
          author: request.auth.credentials.sub,
          text: request.payload.text,
          sent: (request.orig.payload as { text: string }).text,
          key: request.headers['idempotency-key'],
        });
        if (created.outcome === 'key-reused') {
          throw problem(
            422,
            'IDEMPOTENCY_KEY_REUSED',
            'This Idempotency-Key came with another text before: take a new key for a new message.',
          );
        }
        if (created.outcome === 'deleted') {
          throw problem(
            410,
            'MESSAGE_DELETED',
            'The message made under this Idempotency-Key has been deleted.',
          );
        }
        const { message, outcome } = created;
        const response = h
          .response(toJson(message))
          .code(201)
          .etag(String(message.version))
          .header('location', `${prefixOf(request)}/messages/${message._id}`);
        return outcome === 'replayed' ? response.header('idempotency-replayed', 'true') : response;
      },
    });

    server.route<{ Query: { limit: number; cursor?: string; author?: string } }>({
      method: 'GET',
      path: '/messages',
      options: {
        description: 'Messages, the newest first',
        tags: ['api', 'messages'],
        validate: { query: listQuery },
        response: { status: { 200: page } },
        plugins: {
          openapi: {
            refusals: [503],
            headers: { 200: { link: 'The next page, as `rel="next"`' } },
          },
        },
      },
      async handler(request, h) {
        const { limit, cursor, author } = request.query;
        const found = await store.list(limit, {
          before: cursor === undefined ? undefined : decodeCursor(cursor),
          author: author === 'me' ? request.auth.credentials.sub : author,
        });
        const items = found.slice(0, limit);
        const next = found.length > limit ? encodeCursor(items.at(-1)!._id) : null;
        const response = h.response({ items: items.map(toJson), next });
        return next === null ? response : response.header('link', nextLink(request, next));
      },
    });

    server.route<{ Params: { id: string } }>({
      method: 'GET',
      path: '/messages/{id}',
      options: {
        description: 'One message',
        tags: ['api', 'messages'],
        validate: { params, query: noQuery, headers: findHeaders },
        response: { status: { 200: messageBody, 304: Joi.any() } },
        plugins: { openapi: { refusals: [404, 503], headers: { 200: version, 304: version } } },
      },
      async handler(request, h) {
        const message = await store.find(new ObjectId(request.params.id));
        if (!message) throw notFound();
        const known = request.headers['if-none-match'] as string | undefined;
        if (known !== undefined && matchesWeakly(known, tagOf(message.version))) {
          return h.response().code(304).etag(String(message.version), { weak: false, vary: false });
        }
        return h.response(toJson(message)).etag(String(message.version));
      },
    });

    server.route<{ Params: { id: string }; Payload: { text: string } }>({
      method: 'PUT',
      path: '/messages/{id}',
      options: {
        description: "Change the text of one's own message",
        tags: ['api', 'messages'],
        validate: { params, query: noQuery, payload: body, headers: changeHeaders },
        response: { status: { 200: messageBody } },
        plugins: { openapi: { refusals: [403, 404, 412, 503], headers: { 200: version } } },
      },
      async handler(request, h) {
        const changed = await store.change(
          new ObjectId(request.params.id),
          request.auth.credentials.sub,
          request.payload.text,
          ifMatch(request),
        );
        if (changed.outcome !== 'changed') throw refusals[changed.outcome]();
        const { message } = changed;
        return h.response(toJson(message)).etag(String(message.version));
      },
    });

    server.route<{ Params: { id: string } }>({
      method: 'DELETE',
      path: '/messages/{id}',
      options: {
        description: `Delete one's own message, or any with the scope ${MODERATE}`,
        tags: ['api', 'messages'],
        validate: { params, query: noQuery, headers: changeHeaders },
        response: { status: { 204: Joi.any() } },
        plugins: { openapi: { refusals: [403, 404, 412, 503] } },
      },
      async handler(request, h) {
        const { sub, scope } = request.auth.credentials;
        const mayRemove = (author: string) => author === sub || scope?.includes(MODERATE) === true;
        const { outcome } = await store.remove(
          new ObjectId(request.params.id),
          mayRemove,
          ifMatch(request),
        );
        if (outcome === 'removed') return h.response().code(204);
        throw refusals[outcome]();
      },
    });
  },
};

const refusals = {
  'not-found': notFound,
  'not-author': () => problem(403, 'NOT_THE_AUTHOR', 'Only its author may do this to a message.'),
  stale: () =>
    problem(
      412,
      'VERSION_STALE',
      'The message has changed since: read it again and repeat the change.',
    ),
};

function notFound() {
  return problem(404, 'MESSAGE_NOT_FOUND', 'There is no message with this id.');
}

/** Whether a version is the one that the caller has seen; without If-Match any is. */
function ifMatch({ headers }: Pick<Request, 'headers'>): (version: number) => boolean {
  const expected = headers['if-match'] as string | undefined;
  return (version) => expected === undefined || matchesStrongly(expected, tagOf(version));
}

function tagOf(version: number): string {
  return `"${version}"`;
}

function toJson({ _id, text, author, createdAt, updatedAt, version }: Message): object {
  return { id: _id.toString(), text, author, createdAt, updatedAt, version };
}

/** The rest of the list under the same conditions. */
function nextLink(request: Pick<Request, 'raw' | 'lambda'>, cursor: string): string {
  // Of `request.url` Hapi makes a URL with whatever the caller calls the host: it may be none.
  const query = new URLSearchParams(request.raw.req.url?.split('?')[1]);
  query.set('cursor', cursor);
  return `<${prefixOf(request)}/messages?${query}>; rel="next"`;
}
