import { createStreamingHandler } from '../../../src/adapter/index.ts';
import { readSettings } from '../../../src/config.ts';
import { createApp } from './late-app.ts';

export const handler = createStreamingHandler(() =>
  createApp({ ...readSettings(process.env), host: 'localhost' }),
);
