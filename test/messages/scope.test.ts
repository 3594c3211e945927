import { decodeJwt } from 'jose';
import { Browser, exchange } from '../local/issuer/browser.ts';
import { type Issuer, startIssuer } from '../support/issuer.ts';

let local: Issuer;

beforeAll(async () => {
  local = await startIssuer();
});
afterAll(() => local.stop());

const signIn = (user: string, scope: string) => new Browser(local.issuer).signIn(user, { scope });

test.each([
  ['moderator', 'openid messages:moderate', ['openid', 'messages:moderate']],
  ['moderator', 'messages:moderate', ['messages:moderate']],
  ['moderator', 'openid', ['openid']],
  ['user1', 'openid messages:moderate', ['openid']],
  ['Moderator', 'openid messages:moderate', ['openid']],
])('%s, who asks for %s, gets %j', async (user, scope, scp) => {
  const code = (await signIn(user, scope)).get('code')!;
  const { body } = await exchange(local.issuer, code);
  expect(decodeJwt(body.access_token!).scp).toEqual(scp);
  expect(body.scope).toBe(scp.join(' '));
});

test('alone it is access_denied to others', async () => {
  const back = await signIn('user1', 'messages:moderate');
  expect(back.get('error')).toBe('access_denied');
});

test('the page says who gets it', async () => {
  const { response } = await new Browser(local.issuer).authorize({ scope: 'openid' });
  await expect(response!.text()).resolves.toContain(
    'Only <b>moderator</b> gets messages:moderate.',
  );
});
