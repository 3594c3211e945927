import type { Server } from '@hapi/hapi';
import Joi from 'joi';

interface Thing {
  _id: string;
  text: string;
}

/** A feature such as a service has, for the tests of all that is around one: with a body, and the database. */
export function serveThings(server: Server): void {
  const { database } = server.app;
  server.route<{ Params: { id: string } }>([
    {
      method: 'GET',
      path: '/things',
      handler: () =>
        database.use((db, options) => db.collection<Thing>('things').find({}, options).toArray()),
    },
    {
      method: 'GET',
      path: '/things/{id}',
      handler: ({ params }) =>
        database.use((db, options) =>
          db.collection<Thing>('things').findOne({ _id: params.id }, options),
        ),
    },
  ]);
  server.route<{ Payload: { text: string } }>({
    method: 'POST',
    path: '/things',
    options: { validate: { payload: Joi.object({ text: Joi.string().required() }) } },
    async handler({ payload: { text } }, h) {
      const thing = { _id: crypto.randomUUID(), text };
      await database.use((db, options) => db.collection<Thing>('things').insertOne(thing, options));
      return h.response(thing).code(201);
    },
  });
}
