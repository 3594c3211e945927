import type { Plugin } from '@hapi/hapi';
import Joi from 'joi';
import type { ObjectId } from 'mongodb';
import { changeHeaders, findHeaders, respondWithVersion, versionsToChange } from '../etag.ts';
import { idParams } from '../id.ts';
import { type PageQuery, respondWithPage } from '../page.ts';
import { prefixOf } from '../prefix.ts';
import { problem } from '../problem.ts';
import {
  body,
  createHeaders,
  listQuery,
  message as messageBody,
  noQuery,
  page,
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

    server.route<{ Query: PageQuery & { author?: string } }>({
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
          before: cursor,
          author: author === 'me' ? request.auth.credentials.sub : author,
        });
        return respondWithPage(request, h, found, toJson);
      },
    });

    server.route<{ Params: { id: ObjectId } }>({
      method: 'GET',
      path: '/messages/{id}',
      options: {
        description: 'One message',
        tags: ['api', 'messages'],
        validate: { params: idParams, query: noQuery, headers: findHeaders },
        response: { status: { 200: messageBody, 304: Joi.any() } },
        plugins: { openapi: { refusals: [404, 503], headers: { 200: version, 304: version } } },
      },
      async handler(request, h) {
        const message = await store.find(request.params.id);
        if (!message) throw notFound();
        return respondWithVersion(request, h, toJson(message), message.version);
      },
    });

    server.route<{ Params: { id: ObjectId }; Payload: { text: string } }>({
      method: 'PUT',
      path: '/messages/{id}',
      options: {
        description: "Change the text of one's own message",
        tags: ['api', 'messages'],
        validate: { params: idParams, query: noQuery, payload: body, headers: changeHeaders },
        response: { status: { 200: messageBody } },
        plugins: { openapi: { refusals: [403, 404, 412, 503], headers: { 200: version } } },
      },
      async handler(request, h) {
        const changed = await store.change(
          request.params.id,
          request.auth.credentials.sub,
          request.payload.text,
          versionsToChange(request),
        );
        if (changed.outcome !== 'changed') throw refusals[changed.outcome]();
        const { message } = changed;
        return h.response(toJson(message)).etag(String(message.version));
      },
    });

    server.route<{ Params: { id: ObjectId } }>({
      method: 'DELETE',
      path: '/messages/{id}',
      options: {
        description: `Delete one's own message, or any with the scope ${MODERATE}`,
        tags: ['api', 'messages'],
        validate: { params: idParams, query: noQuery, headers: changeHeaders },
        response: { status: { 204: Joi.any() } },
        plugins: { openapi: { refusals: [403, 404, 412, 503] } },
      },
      async handler(request, h) {
        const { sub, scope } = request.auth.credentials;
        const mayRemove = (author: string) => author === sub || scope?.includes(MODERATE) === true;
        const { outcome } = await store.remove(
          request.params.id,
          mayRemove,
          versionsToChange(request),
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

function toJson({ _id, text, author, createdAt, updatedAt, version }: Message): object {
  return { id: _id.toString(), text, author, createdAt, updatedAt, version };
}
