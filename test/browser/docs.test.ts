import {
  authorize,
  closeDialog,
  dialogButton,
  execute,
  inBrowser,
  issuerOf,
  openOperation,
  shoot,
} from '../support/browser.ts';

interface Document {
  paths: Record<string, Record<string, { summary: string }>>;
}

inBrowser((scene) => {
  test('the docs page signs in, tells who calls, and signs out', async () => {
    const { offline, visit } = scene;
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

    const me = await openOperation(page, 'get', '/me');
    const told = await execute(visit, me);
    expect(told.status).toBe('200');
    expect(JSON.parse(told.body)).toMatchObject({ sub: 'user1' });
    await shoot(page, 'called');

    await page.locator('.btn.authorize').first().click();
    await dialogButton(page, 'Logout').click();
    await dialogButton(page, 'Authorize').waitFor();
    await closeDialog(page);
    const refused = await execute(visit, me);
    expect(refused.status).toBe('401');
    expect(JSON.parse(refused.body)).toEqual({ message: 'Unauthorized' });
    await shoot(page, 'signed-out');

    // Chromium itself reports every answer of 400 and above.
    expect(visit.messages).toEqual([
      `error: Failed to load resource: the server responded with a status of 401 (Unauthorized) (${offline.url}/me)`,
    ]);
    expect([...visit.origins].sort()).toEqual([offline.url, issuerOf(offline)].sort());
  }, 60_000);

  test('a cancelled sign-in is told in the dialog', async () => {
    const { offline, visit } = scene;
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
    const { offline, visit } = scene;
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
});
