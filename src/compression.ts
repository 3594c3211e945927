import type { Plugin } from '@hapi/hapi';

/**
 * A REST API hands a compressed body on as base64, unless its type was said to be binary. It compresses by
 * itself. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gzip-compression-decompression.html
 */
export const compression: Plugin<void> = {
  name: 'compression',
  register(server) {
    server.ext('onRequest', ({ lambda, info }, h) => {
      if (lambda?.source === 'rest-api') info.acceptEncoding = 'identity';
      return h.continue;
    });
  },
};
