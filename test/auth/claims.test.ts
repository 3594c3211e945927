import { type Claims, checkClaims, scopesOf } from '../../src/auth/claims.ts';
import { reasons } from '../../src/auth/refusal.ts';

const now = new Date('2026-01-01T00:00:00Z');
const seconds = now.getTime() / 1000;
const expected = { issuer: 'https://issuer.example', audience: 'api://default' };
const good = {
  iss: expected.issuer,
  aud: expected.audience,
  sub: 'user1',
  exp: seconds + 60,
  iat: seconds - 60,
  nbf: seconds - 60,
};

test.each<[string, Claims]>([
  ['one audience', {}],
  ['an audience among others', { aud: ['x', 'api://default'] }],
  ['client_id where aud is absent', { aud: undefined, client_id: 'api://default' }],
  ['neither nbf nor iat', { nbf: undefined, iat: undefined }],
  ['times as the gateway writes them', { exp: String(seconds + 60), iat: '1.7E9', nbf: '0' }],
  ['a list of audiences as the gateway writes it', { aud: '[x api://default]' }],
  ['a beginning at this very second', { nbf: seconds, iat: seconds }],
])('%s will do', (_, claims) => {
  expect(() => checkClaims({ ...good, ...claims }, expected, now)).not.toThrow();
});

test.each<[keyof typeof reasons, string, Claims]>([
  ['issuer', 'another issuer', { iss: 'https://issuer.example/' }],
  ['issuer', 'no issuer', { iss: undefined }],
  ['issuer', 'a list of issuers', { iss: [expected.issuer] }],
  ['audience', 'another audience', { aud: 'api://other' }],
  ['audience', 'no audience', { aud: undefined }],
  ['audience', 'a client_id beside another audience', { aud: 'x', client_id: 'api://default' }],
  ['audience', 'an audience that is an object', { aud: { 'api://default': 1 } }],
  ['noExpiry', 'no exp', { exp: undefined }],
  ['expired', 'exp now', { exp: seconds }],
  ['expired', 'exp zero', { exp: 0 }],
  ['expired', 'exp a text', { exp: 'tomorrow' }],
  ['expired', 'exp empty', { exp: '' }],
  ['expired', 'exp null', { exp: null }],
  ['expired', 'exp a list', { exp: [seconds + 60] }],
  ['notYet', 'nbf to come', { nbf: seconds + 1 }],
  ['notYet', 'nbf a text', { nbf: 'now' }],
  ['issuedLater', 'iat to come', { iat: seconds + 1 }],
  ['subject', 'no sub', { sub: undefined }],
  ['subject', 'an empty sub', { sub: '' }],
  ['subject', 'a sub that is no text', { sub: { $gt: '' } }],
])('%s: %s', (reason, _, claims) => {
  expect(() => checkClaims({ ...good, ...claims }, expected, now)).toThrow(reasons[reason]);
});

test.each<[Claims, string[]]>([
  [{ scp: ['a', 'b'] }, ['a', 'b']],
  [{ scope: 'a  b' }, ['a', 'b']],
  [{ scp: '[a b]' }, ['a', 'b']],
  [{ scp: [1, 'a', null] }, ['a']],
  [{}, []],
])('the scopes of %j are %j', (claims, scopes) => {
  expect(scopesOf(claims)).toEqual(scopes);
});
