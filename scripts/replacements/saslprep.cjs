/**
 * A password in printable ASCII is its own preparation: https://www.rfc-editor.org/rfc/rfc4013#section-2
 * The tables for all others take 20 ms to unpack, and wait until one comes.
 */
exports.saslprep = (text, options) =>
  /^[\x20-\x7e]*$/.test(text)
    ? text
    : require('../../node_modules/@mongodb-js/saslprep').saslprep(text, options);
