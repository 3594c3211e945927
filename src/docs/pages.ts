interface Page {
  title: string;
  /** Before the service's own paths, as the caller has it. */
  prefix: string;
  style?: string;
  body: string;
  scripts: string[];
}

/** Everything that a page loads is a file of ours: its policy allows nothing else. */
export function renderPage({ title, prefix, style, body, scripts }: Page): string {
  const at = (file: string) => escapeHtml(`${prefix}/docs/${file}`);
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(title)}</title>`,
    `<link rel="icon" href="${at('vendor/favicon-32x32.png')}">`,
    style ? `<link rel="stylesheet" href="${at(style)}">` : '',
    '</head>',
    '<body>',
    body,
    ...scripts.map((script) => `<script src="${at(script)}"></script>`),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** An element that a script finds its settings on. */
export function renderElement(id: string, data: Record<string, string>): string {
  const attributes = Object.entries(data).map(
    ([name, value]) => ` data-${name}="${escapeHtml(value)}"`,
  );
  return `<div id="${id}"${attributes.join('')}></div>`;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
