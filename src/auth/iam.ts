import type { Request, ServerAuthScheme } from '@hapi/hapi';
import { PAYLOAD_BYTES, readBytes } from '../body.ts';
import { problem } from '../problem.ts';
import type { Authorizer } from './authorizer.ts';
import { isSignedBy } from './signature.ts';
import { vouchedBy } from './vouched.ts';

/**
 * Requests signed for AWS (SigV4). The gateway verifies them, for only AWS knows everybody's secret; on a
 * laptop the one pair of keys in the environment is let in.
 */
export const iam: ServerAuthScheme = (server, options) => {
  const isLaptop = server.app.settings.stage === 'local';
  return {
    api: { authorizer: { kind: 'iam', ...options } as Authorizer },
    async authenticate(request, h) {
      const sub = vouchedBy(request).userArn ?? (isLaptop && (await localSigner(request)));
      if (!sub) {
        throw problem(
          403,
          'FORBIDDEN',
          'The request must be signed for AWS, by one who may do this.',
        );
      }
      return h.authenticated({ credentials: { sub, scope: [], claims: {} } });
    },
  };
};

async function localSigner(request: Request): Promise<string | undefined> {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = process.env;
  if (!id || !secret) {
    throw problem(
      501,
      'NO_STAND_IN',
      'No pair of keys stands in here: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and sign with them.',
    );
  }
  const body = await readBytes(request.raw.req, PAYLOAD_BYTES);
  const { method = '', url = '' } = request.raw.req;
  const headers = { ...request.raw.req.headers, 'content-encoding': request.app.encoding };
  const isSigned = isSignedBy({ id, secret }, { method, url, headers, body }, new Date());
  return isSigned ? `arn:aws:iam::000000000000:user/${id}` : undefined;
}
