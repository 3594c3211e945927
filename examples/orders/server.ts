import { readSettings } from '../../src/config.ts';
import { createApp } from './app.ts';

const server = await createApp(readSettings(process.env));
await server.start();
console.log(`Listening on ${server.info.uri}`);
