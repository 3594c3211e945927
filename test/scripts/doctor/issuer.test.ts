import { checkIssuer, type Metadata } from '../../../scripts/doctor/issuer.ts';
import { checkSignIn } from '../../../scripts/doctor/sign-in.ts';
import { checkToken } from '../../../scripts/doctor/token.ts';
import type { Stage } from '../../../scripts/stage.ts';
import { lines } from '../../support/findings.ts';
import { createOrg, OKTA, type Org, startOkta } from '../../support/okta.ts';
import { createSigner, type Signer } from '../../support/signer.ts';

jest.mock('../../../src/scopes.ts', () => ({ scopes: { 'things:write': 'to write' } }));

const PAGE = 'https://api.acme.test/docs';
const { fetch } = globalThis;
const settings = { issuer: OKTA, audience: 'api://default', clientId: '0oaacme' };
const stage = { name: 'prod', file: 'config/prod.yml', settings } as Stage;
let signer: Signer;
let org: Org;
let okta: Awaited<ReturnType<typeof startOkta>>;

beforeAll(async () => {
  signer = await createSigner();
});

beforeEach(async () => {
  org = createOrg(signer);
  okta = await startOkta(org);
  globalThis.fetch = (address, options) =>
    fetch(String(address).replace('https://acme.okta.com', okta.origin), options);
});

afterEach(() => {
  globalThis.fetch = fetch;
  okta.stop();
});

function of(changes: Partial<Stage['settings']>): Stage {
  return { ...stage, settings: { ...stage.settings, ...changes } };
}

describe('issuer', () => {
  const check = async (changes = {}) => lines((await checkIssuer(of(changes))).findings);

  test('one that is as it should be', async () => {
    expect(await check()).toEqual([
      `ok ${OKTA} is there`,
      'ok RSA keys: 1',
      'ok PKCE with S256',
      'ok its addresses are those of the docs page',
      expect.stringMatching(
        /^note Whether its tokens are for api:\/\/default .* npm run doctor -- --stage prod --token/,
      ),
    ]);
  });

  test("another audience than that of Okta's default server is noted", async () => {
    expect((await check({ audience: 'api://acme' }))[4]).toMatch(
      /^note The audience is api:\/\/acme; Okta's default server has api:\/\/default/,
    );
  });

  test.each<[string, (org: Org) => void, RegExp]>([
    [
      'calls itself something else',
      ({ metadata }) => Object.assign(metadata, { issuer: `${OKTA}/` }),
      /^WRONG .* it calls itself https:\/\/acme\.okta\.com\/oauth2\/default\/\. Put that into config\/prod\.yml/,
    ],
    [
      'has keys of another kind only',
      ({ keys }) => Object.assign(keys, [{ kty: 'EC', kid: 'a' }]),
      /^WRONG None of its 1 keys is an RSA key/,
    ],
    [
      'has its keys where nobody is let in',
      ({ metadata }) => Object.assign(metadata, { jwks_uri: `${OKTA}/none` }),
      /^WRONG Its keys cannot be had: it answers 404/,
    ],
    [
      'has no PKCE',
      ({ metadata }) => delete metadata.code_challenge_methods_supported,
      /^WRONG It does not offer PKCE/,
    ],
    [
      'is not made like Okta',
      ({ metadata }) => Object.assign(metadata, { token_endpoint: `${OKTA}/token` }),
      /^WRONG The docs page signs in at .* src\/docs\/document\.ts/,
    ],
  ])('one that %s', async (_, change, line) => {
    change(org);
    expect(await check()).toContainEqual(expect.stringMatching(line));
  });

  test("Okta's org server, whose tokens nobody else can verify", async () => {
    const issuer = 'https://acme.okta.com';
    Object.assign(org.metadata, {
      issuer,
      authorization_endpoint: `${issuer}/oauth2/v1/authorize`,
    });
    expect(await check({ issuer })).toEqual([
      expect.stringMatching(
        /^WRONG .* is Okta's org .* such as https:\/\/acme\.okta\.com\/oauth2\/default/,
      ),
    ]);
  });

  test('one that API Gateway would not ask', async () => {
    const issuer = `${okta.origin}/oauth2/default`;
    Object.assign(org.metadata, { issuer });
    expect((await check({ issuer }))[1]).toMatch(/^WRONG .* is not https/);
  });

  test('one that is not there', async () => {
    okta.stop();
    const { findings, metadata } = await checkIssuer(stage);
    expect(lines(findings)).toEqual([
      expect.stringMatching(/^WRONG .* gives no discovery document: ECONNREFUSED\./),
    ]);
    expect(metadata).toBeUndefined();
  });

  test("the example's is not asked", async () => {
    expect(await check({ issuer: 'https://example.okta.com/oauth2/default' })).toEqual([
      "skip https://example.okta.com/oauth2/default is still the example's",
    ]);
  });
});

describe('docs page', () => {
  const check = async (client = '0oaacme') =>
    lines(await checkSignIn(org.metadata as Metadata, client, PAGE));

  test('people can sign in', async () => {
    expect(await check()).toEqual([
      `ok the client 0oaacme is known, with ${PAGE}/oauth2-redirect`,
      expect.stringMatching(/^note things:write: not among the scopes .* nor refused/),
      'ok pages of https://api.acme.test may ask for tokens',
    ]);
  });

  test('a scope that is made public is known', async () => {
    Object.assign(org.metadata, { scopes_supported: org.scopes });
    expect((await check())[1]).toBe('ok the scopes openid profile email things:write are known');
  });

  test('a scope that the server does not have', async () => {
    org.scopes.pop();
    expect((await check())[1]).toMatch(/^WRONG .* one of the scopes things:write\./);
  });

  test.each<[string, (org: Org) => void]>([
    ['a client that is not known', (org) => Object.assign(org, { client: '0oaother' })],
    ['a redirect address that is not registered', ({ redirects }) => redirects.pop()],
  ])('%s', async (_, change) => {
    change(org);
    expect((await check())[0]).toMatch(
      /^WRONG The provider does not send 0oaacme back to https:\/\/api\.acme\.test\/docs\/oauth2-redirect: it answers 400/,
    );
  });

  test('an origin that is not trusted', async () => {
    org.origins.pop();
    expect((await check())[2]).toMatch(
      /^WRONG Pages of https:\/\/api\.acme\.test .* Trusted Origins/,
    );
  });

  test("the example's client is not asked for", async () => {
    expect((await check('0oaexample'))[0]).toBe(
      "skip the client 0oaexample is still the example's",
    );
  });
});

describe('token', () => {
  const claims = { iss: OKTA, aud: 'api://default', sub: 'dana', scp: ['openid'] };
  const check = async (changes: object) =>
    lines(await checkToken(await signer.sign({ ...claims, ...changes }), stage));

  test('a good one, and its scopes', async () => {
    expect(await check({})).toEqual(['ok the token is good, with the scopes openid']);
  });

  test('one for somebody else', async () => {
    expect(await check({ aud: 'api://other' })).toEqual([
      expect.stringMatching(
        /^WRONG The token would be refused: .* a valid audience\. .* api:\/\/default/,
      ),
    ]);
  });

  test('none', async () => {
    expect(lines(await checkToken('hidden', stage))).toEqual([
      expect.stringMatching(/^WRONG The token would be refused: the token is not a signed JWT/),
    ]);
  });
});
