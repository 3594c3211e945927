/** Node's own, by the same standard as the package whatwg-url: https://url.spec.whatwg.org */
const { URL, URLSearchParams } = globalThis;

export { URL, URLSearchParams };
