import { createLambdaHandler } from './adapter/index.ts';
import { createApp } from './app.ts';
import { readSettings } from './config.ts';
import { readParameters } from './parameter.ts';

/** Where Lambda comes in: the app is made by the first event, and serves all that follow. */
export const handler = createLambdaHandler(
  async () => {
    const environment = await readParameters(process.env, console.warn);
    return createApp(readSettings(environment));
  },
  { basePath: process.env.BASE_PATH },
);
