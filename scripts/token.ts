import { loadEnvFile } from 'node:process';
import { parseArgs } from 'node:util';
import { SIGN_IN_SCOPES, signAccessToken } from '../local/issuer/access-token.ts';
import { Folder } from '../local/issuer/folder.ts';

const USAGE =
  'Usage: npm run token -- --user <name> [--scope "<scope> <scope>"]... [--data .data/issuer]';

class UsageError extends Error {}

try {
  const { user, scopes, data } = readOptions();
  refuseRealProvider();
  const folder = new Folder(data);
  const key = await folder.readKey();
  const issuer = await folder.readAddress();
  if (!key || !issuer) throw new Error('The local issuer is not running: start it with npm start.');
  await confirm(issuer, key.kid);
  const now = Math.floor(Date.now() / 1000);
  const token = await signAccessToken(
    { issuer, client: 'token', user, scopes, issuedAt: now, authTime: now },
    key,
  );
  process.stdout.write(`${token}\n`);
} catch (error) {
  const usage = error instanceof UsageError;
  console.error(usage ? `${error.message} ${USAGE}` : (error as Error).message);
  process.exitCode = usage ? 2 : 1;
}

function readOptions(): { user: string; scopes: string[]; data: string } {
  const { user, scope, data } = parseOptions();
  if (user === undefined) throw new UsageError('--user is missing.');
  if (user.trim() === '') throw new UsageError('--user is empty.');
  if (/\p{Cc}/u.test(user)) throw new UsageError('--user has a control character.');
  if (data === '') throw new UsageError('--data is empty.');
  if (scope === undefined) return { user, scopes: SIGN_IN_SCOPES, data };
  const scopes = [...new Set(scope.flatMap((list) => list.split(' ')).filter(Boolean))];
  if (scopes.length === 0) throw new UsageError('--scope is empty.');
  // RFC 6749, section 3.3.
  const illegal = scopes.find((one) => !/^[\x21\x23-\x5B\x5D-\x7E]+$/.test(one));
  if (illegal) throw new UsageError(`--scope ${JSON.stringify(illegal)} has an illegal character.`);
  return { user, scopes, data };
}

function parseOptions() {
  try {
    return parseArgs({
      options: {
        user: { type: 'string' },
        scope: { type: 'string', multiple: true },
        data: { type: 'string', default: '.data/issuer' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split(/\.? *\n|\. /)[0]}.`);
  }
}

function refuseRealProvider() {
  try {
    loadEnvFile();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const configured = process.env.OIDC_ISSUER?.trim();
  if (!configured) return;
  const host = URL.parse(configured)?.hostname ?? '';
  if (!['localhost', '127.0.0.1', '[::1]'].includes(host)) {
    throw new Error(
      `OIDC_ISSUER is ${configured}: this command makes tokens for the local issuer only.`,
    );
  }
}

/** An address left behind by a crash, or taken over since, must not get a token signed for it. */
async function confirm(issuer: string, kid: string) {
  const [discovery, jwks] = await Promise.all([
    readJson(`${issuer}/.well-known/openid-configuration`),
    readJson(`${issuer}/v1/keys`),
  ]).catch(() => {
    throw new Error(`The local issuer does not answer at ${issuer}: start it with npm start.`);
  });
  const keys = Array.isArray(jwks?.keys) ? jwks.keys : [];
  if (discovery?.issuer !== issuer || !keys.some((key: { kid?: unknown }) => key?.kid === kid)) {
    throw new Error(`What answers at ${issuer} has another key: restart it with npm start.`);
  }
}

async function readJson(url: string) {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(3000) });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.json() as Promise<{ issuer?: unknown; keys?: unknown } | null>;
}
