import awsLambdaFastify from '@fastify/aws-lambda';
import Fastify from 'fastify';
import { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';
import { type Contender, fromHandler } from './contender.ts';
import { image } from './events.ts';

/** Other frameworks, with the adapters that they have of their own, and with the same routes. */
export async function createStacks(): Promise<Contender[]> {
  return [await createFastify(), createHono()];
}

async function createFastify(): Promise<Contender> {
  const app = Fastify();
  const text = { type: 'string', minLength: 1, maxLength: 1_000 };
  const body = {
    type: 'object',
    required: ['text'],
    additionalProperties: false,
    properties: { text },
  };
  app.get('/hello/:name', async ({ params, query }) => ({
    message: `${query.word}, ${params.name}`,
  }));
  app.post('/messages', { schema: { body } }, async (request, reply) => {
    reply.code(201);
    return { text: request.body.text.trim() };
  });
  app.get('/binary', async (_, reply) => reply.type('image/png').send(image));
  const handler = awsLambdaFastify(app, { binaryMimeTypes: ['image/png'] });
  await app.ready();
  return fromHandler('Fastify + @fastify/aws-lambda', (event, context) => handler(event, context));
}

function createHono(): Contender {
  const app = new Hono();
  app.get('/hello/:name', (c) =>
    c.json({ message: `${c.req.query('word')}, ${c.req.param('name')}` }),
  );
  app.post('/messages', async (c) => {
    const body = await c.req.json();
    const text = typeof body?.text === 'string' ? body.text.trim() : '';
    if (Object.keys(body).length > 1 || text.length < 1 || text.length > 1_000) {
      return c.json({ message: 'A text is needed.' }, 400);
    }
    return c.json({ text }, 201);
  });
  app.get('/binary', (c) => c.body(image, 200, { 'content-type': 'image/png' }));
  const handler = handle(app);
  return fromHandler('Hono + hono/aws-lambda', (event, context) => handler(event, context));
}
