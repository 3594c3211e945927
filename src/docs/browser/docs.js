// Runs in the browser, on the page of GET /docs.
const { document: address, clientId, redirect } = document.getElementById('docs').dataset;

window.ui = window.SwaggerUIBundle({
  url: address,
  dom_id: '#docs',
  deepLinking: true,
  tryItOutEnabled: true,
  oauth2RedirectUrl: new URL(redirect, window.location.href).href,
  // Swagger's own validator is another origin's.
  validatorUrl: null,
});
window.ui.initOAuth({
  clientId,
  scopes: ['openid', 'profile'],
  usePkceWithAuthorizationCodeGrant: true,
});
