/**
 * Stands in the layer beside the bundle, and loads it: by V8's code cache where a layer of its own has one
 * for this very bundle. V8 refuses one that was made with another Node, other flags or another machine;
 * then the bundle is compiled as without one.
 */
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

const filename = join(__dirname, 'bundle.js');
// It is ASCII: what is read as such takes V8 half the memory, and no decoding.
const source = readFileSync(filename, 'latin1');
const cachedData = readCodeCache();
const head = '(function (exports, require, module, __filename, __dirname) {';
// A stack's columns are those of the file, as its source map has them.
const options = { filename, cachedData, columnOffset: -head.length };
const script = new Script(`${head}${source}\n})`, options);
if (script.cachedDataRejected) {
  const message = 'The code cache does not fit: make it again by npm run code-cache';
  console.warn(JSON.stringify({ level: 'WARN', message, node: process.version }));
}
script.runInThisContext().call(exports, exports, require, module, filename, __dirname);

/** For src/code-cache.ts, when the functions have run that are to be in it. */
globalThis[Symbol.for('bundled-dependencies.code-cache')] = () => ({
  bundle: BUNDLE_HASH,
  data: script.createCachedData(),
});

/** V8 compares no more of the source than its length. */
function readCodeCache() {
  try {
    return readFileSync(join(__dirname, '../../../code-cache', BUNDLE_HASH));
  } catch {
    return undefined;
  }
}
