import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { findChromium } from '../support/chromium.ts';
import { type Offline, startOffline } from '../support/offline.ts';

const executablePath = findChromium();
const screenshots = join(__dirname, 'screenshots');

if (executablePath) {
  describe('in a browser', inBrowser);
} else {
  process.stderr.write('SKIPPED: test/browser/docs.test.ts has no Chromium; set CHROMIUM to it.\n');
  // Counted as what it is, and not as passed.
  test.todo('in a browser: SKIPPED, there is no Chromium here');
}

function inBrowser() {
  let offline: Offline;
  let browser: Browser;
  let visit: Visit;

  beforeAll(async () => {
    mkdirSync(screenshots, { recursive: true });
    [offline, browser] = await Promise.all([
      startOffline(),
      // Its sandbox needs what a container does not give; it meets our own pages only.
      chromium.launch({ executablePath, args: ['--no-sandbox'] }),
    ]);
  }, 60_000);

  afterAll(async () => {
    await Promise.all([browser?.close(), offline?.stop()]);
  });

  beforeEach(async () => {
    visit = await openVisit(browser);
  });

  afterEach(() => visit.context.close());

  test('the docs page signs in, writes, lists, and signs out', async () => {
    const { page } = visit;
    await page.goto(`${offline.url}/`);
    expect(page.url()).toBe(`${offline.url}/docs`);
    await page.waitForSelector('.opblock');
    await shoot(page, 'docs');

    const popup = await authorize(visit);
    expect(new URL(popup.url()).origin).toBe(issuerOf(offline));
    await shoot(popup, 'sign-in');
    await popup.fill('#username', 'user1');
    await Promise.all([popup.waitForEvent('close'), popup.click('button[value=sign-in]')]);
    await dialogButton(page, 'Logout').waitFor();
    await shoot(page, 'signed-in');
    await closeDialog(page);

    const text = `From a browser, ${Date.now()}: ÄÖÜ 中文 🚀`;
    const post = await openOperation(page, 'post', '/messages');
    await post.locator('textarea.body-param__text').fill(JSON.stringify({ text }));
    const created = await execute(visit, post);
    expect(created.status).toBe('201');
    expect(JSON.parse(created.body)).toMatchObject({ text, author: 'user1', version: 1 });
    await shoot(page, 'written');

    const list = await openOperation(page, 'get', '/messages');
    const listed = await execute(visit, list);
    expect(listed.status).toBe('200');
    expect(JSON.parse(listed.body).items).toMatchObject([{ text, author: 'user1' }]);
    await shoot(page, 'listed');

    await page.locator('.btn.authorize').first().click();
    await dialogButton(page, 'Logout').click();
    await dialogButton(page, 'Authorize').waitFor();
    await closeDialog(page);
    const refused = await execute(visit, list);
    expect(refused.status).toBe('401');
    expect(JSON.parse(refused.body)).toEqual({ message: 'Unauthorized' });
    await shoot(page, 'signed-out');

    // Chromium itself reports every answer of 400 and above.
    expect(visit.messages).toEqual([
      `error: Failed to load resource: the server responded with a status of 401 (Unauthorized) (${offline.url}/messages?limit=20)`,
    ]);
    expect([...visit.origins].sort()).toEqual([offline.url, issuerOf(offline)].sort());
  }, 60_000);

  test('a cancelled sign-in is told in the dialog', async () => {
    const { page } = visit;
    await page.goto(`${offline.url}/docs`);
    const popup = await authorize(visit);
    await Promise.all([popup.waitForEvent('close'), popup.click('button[value=cancel]')]);
    const errors = page.locator('.auth-container .errors');
    await errors.waitFor();
    await shoot(page, 'cancelled');
    // Swagger leaves the plus signs of a query as they are.
    expect((await errors.innerText()).replaceAll('+', ' ')).toMatch(
      /access_denied.*The user has cancelled/,
    );
    expect(visit.messages).toEqual([]);
    expect([...visit.origins].sort()).toEqual([offline.url, issuerOf(offline)].sort());
  }, 60_000);

  test('Redoc shows every operation', async () => {
    const { page } = visit;
    const document = await fetch(`${offline.url}/openapi.json`).then(
      (response) => response.json() as Promise<Document>,
    );
    const summaries = Object.values(document.paths)
      .flatMap((operations) => Object.values(operations))
      .map(({ summary }) => summary);
    await page.goto(`${offline.url}/redoc`);
    for (const summary of summaries) {
      await page.locator('h2').getByText(summary, { exact: true }).first().waitFor();
    }
    await page.waitForLoadState('networkidle');
    await shoot(page, 'redoc');

    // The search runs in a worker, which the policy has to let in.
    await page.getByRole('textbox', { name: /search/i }).fill('goodbye');
    await page.locator('[data-role="search:results"]').getByText('Say goodbye').waitFor();
    await shoot(page, 'redoc-search');

    expect(visit.messages).toEqual([]);
    expect([...visit.origins]).toEqual([offline.url]);
  }, 60_000);
}

interface Document {
  paths: Record<string, Record<string, { summary: string }>>;
}

interface Visit {
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

function issuerOf({ url }: Offline): string {
  const { hostname, port } = new URL(url);
  return `http://${hostname}:${Number(port) + 1}`;
}

/** Swagger's dialog, and the issuer's page that it opens. */
async function authorize({ context, page }: Visit): Promise<Page> {
  await page.locator('.btn.authorize').first().click();
  const [popup] = await Promise.all([
    context.waitForEvent('page'),
    dialogButton(page, 'Authorize').click(),
  ]);
  await popup.waitForSelector('#username');
  return popup;
}

/** By what it shows: for readers aloud, some have another name. */
function dialogButton(page: Page, text: string) {
  return page.locator('.auth-btn-wrapper button').filter({ hasText: new RegExp(`^${text}$`) });
}

async function closeDialog(page: Page): Promise<void> {
  await dialogButton(page, 'Close').click();
  await page.locator('.dialog-ux').waitFor({ state: 'detached' });
}

async function openOperation(page: Page, method: string, path: string) {
  const operation = page
    .locator(`.opblock-${method}`)
    .filter({ has: page.locator(`[data-path="${path}"]`) });
  await operation.locator('.opblock-summary-control').click();
  await operation.getByRole('button', { name: 'Execute' }).waitFor();
  return operation;
}

async function execute({ page }: Visit, operation: ReturnType<Page['locator']>) {
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

async function shoot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(screenshots, `${name}.png`) });
}
