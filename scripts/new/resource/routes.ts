import type { Plugin } from '@hapi/hapi';
import Joi from 'joi';
import type { ObjectId } from 'mongodb';
import {
  changeHeaders,
  findHeaders,
  respondWithVersion,
  versionsToChange,
} from '../../../src/etag.ts';
import { idParams } from '../../../src/id.ts';
import { type PageQuery, pageQuery, respondWithPage } from '../../../src/page.ts';
import { prefixOf } from '../../../src/prefix.ts';
import { problem } from '../../../src/problem.ts';
import { body, noQuery, page, paperClipJson } from './schemas.ts';
import {
  createPaperClipStore,
  type PaperClip,
  type PaperClipFields,
  type Refused,
} from './store.ts';

const version = { etag: 'Its version' };

export const paperClips: Plugin<void> = {
  name: 'paper-clips',
  register(server) {
    const store = createPaperClipStore(server.app.database);

    server.route<{ Payload: PaperClipFields }>({
      method: 'POST',
      path: '/paper-clips',
      options: {
        description: "Add to one's own paper clips",
        tags: ['api', 'paper-clips'],
        validate: { query: noQuery, payload: body },
        response: { status: { 201: paperClipJson } },
        plugins: {
          openapi: {
            refusals: [503],
            headers: { 201: { ...version, location: 'Where it is' } },
          },
        },
      },
      async handler(request, h) {
        const made = await store.create(request.auth.credentials.sub, request.payload);
        return h
          .response(toJson(made))
          .code(201)
          .etag(String(made.version))
          .header('location', `${prefixOf(request)}/paper-clips/${made._id}`);
      },
    });

    server.route<{ Query: PageQuery }>({
      method: 'GET',
      path: '/paper-clips',
      options: {
        description: "One's own paper clips, the newest first",
        tags: ['api', 'paper-clips'],
        validate: { query: pageQuery },
        response: { status: { 200: page } },
        plugins: {
          openapi: {
            refusals: [503],
            headers: { 200: { link: 'The next page, as `rel="next"`' } },
          },
        },
      },
      async handler(request, h) {
        const { limit, cursor } = request.query;
        const found = await store.list(request.auth.credentials.sub, limit, cursor);
        return respondWithPage(request, h, found, toJson);
      },
    });

    server.route<{ Params: { id: ObjectId } }>({
      method: 'GET',
      path: '/paper-clips/{id}',
      options: {
        description: "One of one's own paper clips",
        tags: ['api', 'paper-clips'],
        validate: { params: idParams, query: noQuery, headers: findHeaders },
        response: { status: { 200: paperClipJson, 304: Joi.any() } },
        plugins: { openapi: { refusals: [404, 503], headers: { 200: version, 304: version } } },
      },
      async handler(request, h) {
        const found = await store.find(request.auth.credentials.sub, request.params.id);
        if (!found) throw refuse['not-found']();
        return respondWithVersion(request, h, toJson(found), found.version);
      },
    });

    server.route<{ Params: { id: ObjectId }; Payload: PaperClipFields }>({
      method: 'PUT',
      path: '/paper-clips/{id}',
      options: {
        description: "Change one of one's own paper clips",
        tags: ['api', 'paper-clips'],
        validate: { params: idParams, query: noQuery, payload: body, headers: changeHeaders },
        response: { status: { 200: paperClipJson } },
        plugins: { openapi: { refusals: [404, 412, 503], headers: { 200: version } } },
      },
      async handler(request, h) {
        const changed = await store.change(
          request.auth.credentials.sub,
          request.params.id,
          request.payload,
          versionsToChange(request),
        );
        if (typeof changed === 'string') throw refuse[changed]();
        return h.response(toJson(changed)).etag(String(changed.version));
      },
    });

    server.route<{ Params: { id: ObjectId } }>({
      method: 'DELETE',
      path: '/paper-clips/{id}',
      options: {
        description: "Delete one of one's own paper clips",
        tags: ['api', 'paper-clips'],
        validate: { params: idParams, query: noQuery, headers: changeHeaders },
        response: { status: { 204: Joi.any() } },
        plugins: { openapi: { refusals: [404, 412, 503] } },
      },
      async handler(request, h) {
        const outcome = await store.remove(
          request.auth.credentials.sub,
          request.params.id,
          versionsToChange(request),
        );
        if (outcome === 'removed') return h.response().code(204);
        throw refuse[outcome]();
      },
    });
  },
};

const refuse: Record<Refused, () => Error> = {
  'not-found': () =>
    problem(404, 'PAPER_CLIP_NOT_FOUND', 'The caller has no paper clip with this id.'),
  stale: () =>
    problem(
      412,
      'VERSION_STALE',
      'The paper clip has changed since: read it again and repeat the change.',
    ),
};

function toJson({ _id, title, createdAt, updatedAt, version }: PaperClip): object {
  return { id: _id.toString(), title, createdAt, updatedAt, version };
}
