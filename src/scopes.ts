/** The API's own scopes, each with what it is for: the document names them, the local issuer gives them. */
export const scopes: Record<string, string> = {
  'messages:moderate': 'to delete messages of others',
};
