/**
 * Node's own, by the same standard as the package, which the parser of connection strings uses: that one
 * brings Unicode's tables. https://url.spec.whatwg.org
 */
const { URL, URLSearchParams } = globalThis;

export { URL, URLSearchParams };
