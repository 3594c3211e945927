/** What the docs page can ask a user's leave for; the issuer must know each. */
export const scopes = {
  openid: 'who you are',
  profile: 'your name',
  email: 'your e-mail address',
  'messages:moderate': 'to delete messages of others',
};
