import { scopes } from '../scopes.ts';

/** What the docs page can ask a user's leave for; the issuer must know each. */
export const askedScopes = {
  openid: 'who you are',
  profile: 'your name',
  email: 'your e-mail address',
  ...scopes,
};
