import { runReadme } from '../support/readme.ts';

test('the curls for messages write, list, change and delete one', async () => {
  const shown = await runReadme();
  for (const answer of [
    'HTTP/1.1 201 Created',
    '"next":null',
    '"text":"Changed"',
    'HTTP/1.1 204 No Content',
  ]) {
    expect(shown).toContain(answer);
  }
}, 90_000);
