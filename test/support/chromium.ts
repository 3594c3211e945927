import { existsSync } from 'node:fs';

/** The system's own, or the one that CHROMIUM names; a CI that has none is not told that all is well. */
export function findChromium(): string | undefined {
  const { CHROMIUM, CI } = process.env;
  const found = CHROMIUM
    ? [CHROMIUM]
    : ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  const browser = found.find((file) => existsSync(file));
  if (!browser && (CI === 'true' || CHROMIUM)) {
    throw new Error(`There is no Chromium at ${found.join(', ')}: install it, or set CHROMIUM.`);
  }
  return browser;
}
