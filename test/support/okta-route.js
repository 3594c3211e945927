// Loaded before a program: what it asks of Okta is asked of a server of the test.
const { fetch } = globalThis;

globalThis.fetch = (address, options) =>
  fetch(String(address).replace('https://acme.okta.com', process.env.OKTA), options);
