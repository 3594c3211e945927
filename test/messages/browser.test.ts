import { execute, inBrowser, openOperation, shoot, signIn } from '../support/browser.ts';

inBrowser((scene) => {
  test('a message is written and listed on the docs page', async () => {
    const { offline, visit } = scene;
    const { page } = visit;
    await page.goto(`${offline.url}/docs`);
    await signIn(visit, 'user1');

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
    expect(visit.messages).toEqual([]);
  }, 60_000);
});
