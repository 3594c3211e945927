import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { findChromium } from './chromium.ts';
import { type Offline, startOffline } from './offline.ts';

const executablePath = findChromium();
const screenshots = join(__dirname, '../browser/screenshots');

export interface Scene {
  offline: Offline;
  visit: Visit;
}

/** Tests that see the service in a browser, each with a visit of its own. */
export function inBrowser(run: (scene: Scene) => void): void {
  if (!executablePath) {
    process.stderr.write('SKIPPED: there is no Chromium; set CHROMIUM to it.\n');
    // Counted as what it is, and not as passed.
    test.todo('in a browser: SKIPPED, there is no Chromium here');
    return;
  }
  describe('in a browser', () => {
    const scene = {} as Scene;
    let browser: Browser;

    beforeAll(async () => {
      mkdirSync(screenshots, { recursive: true });
      [scene.offline, browser] = await Promise.all([
        startOffline(),
        // Its sandbox needs what a container does not give; it meets our own pages only.
        chromium.launch({ executablePath, args: ['--no-sandbox'] }),
      ]);
    }, 60_000);

    afterAll(async () => {
      await Promise.all([browser?.close(), scene.offline?.stop()]);
    });

    beforeEach(async () => {
      scene.visit = await openVisit(browser);
    });

    afterEach(() => scene.visit.context.close());

    run(scene);
  });
}

export interface Visit {
  context: BrowserContext;
  page: Page;
  /** Of the console, of uncaught errors, of the policies: what a page has to say against itself. */
  messages: string[];
  /** Everything that any of its pages has asked. */
  origins: Set<string>;
}

async function openVisit(browser: Browser): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1000 } });
  context.setDefaultTimeout(10_000);
  const messages: string[] = [];
  const origins = new Set<string>();
  context.on('console', (message) => {
    if (['error', 'warning', 'assert'].includes(message.type()))
      messages.push(`${message.type()}: ${message.text()} (${message.location().url})`);
  });
  context.on('weberror', (error) => messages.push(`uncaught: ${error.error().message}`));
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (['data:', 'blob:'].includes(url.protocol)) return;
    origins.add(url.origin);
  });
  context.on('requestfailed', (request) =>
    messages.push(`failed: ${request.url()} ${request.failure()?.errorText}`),
  );
  // Before any script of the page: a violation need not come with a message.
  await context.exposeFunction('reportViolation', (text: string) => {
    messages.push(`policy: ${text}`);
  });
  await context.addInitScript(
    `addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      reportViolation(violatedDirective + ' ' + blockedURI))`,
  );
  return { context, page: await context.newPage(), messages, origins };
}

export function issuerOf({ url }: Offline): string {
  const { hostname, port } = new URL(url);
  return `http://${hostname}:${Number(port) + 1}`;
}

/** Swagger's dialog, and the issuer's page that it opens. */
export async function authorize({ context, page }: Visit): Promise<Page> {
  await page.locator('.btn.authorize').first().click();
  const [popup] = await Promise.all([
    context.waitForEvent('page'),
    dialogButton(page, 'Authorize').click(),
  ]);
  await popup.waitForSelector('#username');
  return popup;
}

export async function signIn(visit: Visit, user: string): Promise<void> {
  const popup = await authorize(visit);
  await popup.fill('#username', user);
  await Promise.all([popup.waitForEvent('close'), popup.click('button[value=sign-in]')]);
  await dialogButton(visit.page, 'Logout').waitFor();
  await closeDialog(visit.page);
}

/** By what it shows: for readers aloud, some have another name. */
export function dialogButton(page: Page, text: string) {
  return page.locator('.auth-btn-wrapper button').filter({ hasText: new RegExp(`^${text}$`) });
}

export async function closeDialog(page: Page): Promise<void> {
  await dialogButton(page, 'Close').click();
  await page.locator('.dialog-ux').waitFor({ state: 'detached' });
}

export async function openOperation(page: Page, method: string, path: string) {
  const operation = page
    .locator(`.opblock-${method}`)
    .filter({ has: page.locator(`[data-path="${path}"]`) });
  await operation.locator('.opblock-summary-control').click();
  await operation.getByRole('button', { name: 'Execute' }).waitFor();
  return operation;
}

export async function execute({ page }: Visit, operation: ReturnType<Page['locator']>) {
  const [response] = await Promise.all([
    page.waitForResponse((each) => each.request().resourceType() === 'fetch'),
    operation.getByRole('button', { name: 'Execute' }).click(),
  ]);
  const shown = operation.locator('.live-responses-table tbody .response-col_status');
  await shown.filter({ hasText: String(response.status()) }).waitFor();
  await operation.locator('.live-responses-table').scrollIntoViewIfNeeded();
  const [status = ''] = (await shown.innerText()).split('\n');
  return { status, body: await response.text() };
}

export async function shoot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(screenshots, `${name}.png`) });
}
