// An issuer whose sign-in asks nothing: what oidc-provider gives out after one is seen without a page.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Folder } from '../../../local/issuer/folder.ts';
import { createProvider } from '../../../local/issuer/provider.ts';

const MOUNT = '/oauth2/default';

process.stdin.once('close', () => process.exit()).resume();

const server = createServer().listen(0, '127.0.0.1');
await once(server, 'listening');
const issuer = `http://localhost:${(server.address() as AddressInfo).port}${MOUNT}`;
const provider = createProvider(issuer, await new Folder(process.argv[2]!).openKey());
const provide = provider.callback();

server.on('request', async (req, res) => {
  if (!req.url!.startsWith(`${MOUNT}/sign-in/`)) {
    Object.assign(req, { originalUrl: req.url });
    req.url = req.url!.slice(MOUNT.length);
    return provide(req, res);
  }
  const { params } = await provider.interactionDetails(req, res);
  const accountId = 'user1';
  const grant = new provider.Grant({ accountId, clientId: params.client_id as string });
  grant.addOIDCScope('openid profile email');
  grant.addResourceScope('api://default', 'messages:moderate');
  const consent = { grantId: await grant.save() };
  return provider.interactionFinished(req, res, { login: { accountId }, consent });
});
process.stdout.write(`${issuer}\n`);
