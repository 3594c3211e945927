import Vision from '@hapi/vision';
import HapiSwagger from 'hapi-swagger';
import { createLambdaHandler } from '../../../src/adapter/index.ts';
import { createApp } from '../../../src/app.ts';
import { readSettings } from '../../../src/config.ts';

/** The same app as it is usually packaged: its packages as npm installs them, the document made at run time. */
export const handler = createLambdaHandler(async () => {
  const server = await createApp(readSettings(process.env));
  const options = {
    OAS: 'v3.0',
    info: { title: 'Messages', version: '1.0.0' },
    auth: false,
    jsonPath: '/swagger.json',
    documentationPath: '/swagger',
  };
  await server.register([Vision, { plugin: HapiSwagger, options }]);
  return server;
});
