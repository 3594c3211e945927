import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Figures } from './adapter/measure.ts';

/** results/adapter.json as a picture: docs/adapter.svg. By itself it draws the last run again. */
export const resultsFile = join(import.meta.dirname, 'results/adapter.json');
const picture = join(import.meta.dirname, '../docs/adapter.svg');

interface Results {
  date: string;
  machine: { cpu: string; count: number; node: string };
  medians: Record<string, Figures>;
}

const bars = [
  { label: 'this adapter', forms: ['ours'] },
  {
    label: 'serverless-express',
    forms: ['serverless-express (server)', 'serverless-express (listener)'],
  },
  { label: 'serverless-http', forms: ['serverless-http (server)', 'serverless-http (listener)'] },
  { label: 'server.inject by hand', forms: ['inject'] },
  { label: 'Fastify + its adapter', forms: ['Fastify + @fastify/aws-lambda'] },
  { label: 'Hono + its adapter', forms: ['Hono + hono/aws-lambda'] },
  { label: 'FastAPI + Mangum', forms: ['FastAPI + Mangum'] },
];
/** Those of one panel share an axis; an image takes many times what a line of JSON does. */
const panels = [
  [
    { kind: 'GET', title: 'GET, a small JSON answer' },
    { kind: 'POST', title: 'POST, a validated JSON body' },
  ],
  [{ kind: 'binary', title: 'binary: GET, 100 KB of an image as base64 (another scale)' }],
] as const;

const WIDTH = 760;
const LEFT = 170;
const RIGHT = 70;
const TOP = 74;
const BAR = 16;
const STEP = 21;
const GROUP_HEAD = 30;
const PANEL_GAP = 20;

export async function draw(): Promise<void> {
  await writeFile(picture, toSvg(JSON.parse(await readFile(resultsFile, 'utf8'))));
}

function toSvg({ date, machine, medians }: Results): string {
  const drawn: string[] = [];
  let y = TOP;
  for (const panel of panels) {
    const groups = panel.map(({ kind, title }) => ({ title, rows: toRows(medians, kind) }));
    y = drawPanel(drawn, groups, y) + PANEL_GAP;
  }
  const height = y;
  const made = `${date}, ${machine.count} x ${machine.cpu}, Node ${machine.node}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title">
<title id="title">Time of one warm invocation, in microseconds</title>
<style>
.page { fill: #ffffff; }
text { font: 12px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #3d444d; }
.title { font-size: 16px; font-weight: 600; fill: #1f2328; }
.group { font-size: 13px; font-weight: 600; fill: #1f2328; }
.label { text-anchor: end; }
.tick { text-anchor: middle; fill: #59636e; }
.axis { text-anchor: middle; }
.ours { fill: #d9480f; }
.other { fill: #8c959f; }
.ours-text { font-weight: 600; fill: #1f2328; }
line { stroke: #d1d9e0; }
@media (prefers-color-scheme: dark) {
.page { fill: #0d1117; }
text, .tick { fill: #b7bdc8; }
.title, .group, .ours-text { fill: #f0f6fc; }
.ours { fill: #ff922b; }
.other { fill: #6e7681; }
line { stroke: #30363d; }
}
</style>
<rect class="page" width="${WIDTH}" height="${height}" rx="6"/>
${text(20, 30, 'One warm invocation, event to result: less is better', 'title')}
${text(20, 52, made, 'made')}
${drawn.join('\n')}
</svg>
`;
}

interface Row {
  label: string;
  value: number;
}

function toRows(medians: Results['medians'], kind: keyof Figures): Row[] {
  return bars.flatMap(({ label, forms }) => {
    const values = forms.flatMap((form) => medians[form]?.[kind] ?? []);
    return values.length > 0 ? [{ label, value: Math.min(...values) }] : [];
  });
}

/** Returns where it ends. */
function drawPanel(drawn: string[], groups: { title: string; rows: Row[] }[], top: number): number {
  const most = Math.max(...groups.flatMap(({ rows }) => rows.map(({ value }) => value)));
  const scale = (WIDTH - LEFT - RIGHT) / most;
  const all: string[] = [];
  const spans: [number, number][] = [];
  let y = top;
  for (const { title, rows } of groups) {
    all.push(text(LEFT, y + GROUP_HEAD - 10, title, 'group'));
    y += GROUP_HEAD;
    spans.push([y - 4, y + rows.length * STEP]);
    for (const [i, { label, value }] of rows.entries()) {
      const mark = i === 0 ? 'ours' : 'other';
      const base = y + BAR - 4;
      const length = (value * scale).toFixed(1);
      all.push(
        text(LEFT - 8, base, label, `label ${mark}-text`),
        `<rect class="${mark}" x="${LEFT}" y="${y}" width="${length}" height="${BAR}"/>`,
        text(LEFT + value * scale + 6, base, value.toFixed(0), `${mark}-text`),
      );
      y += STEP;
    }
  }
  const tick = stepOf(most);
  for (let at = 0; at <= most; at += tick) {
    const x = LEFT + at * scale;
    const end = x.toFixed(1);
    for (const [from, to] of spans) {
      drawn.push(`<line x1="${end}" y1="${from}" x2="${end}" y2="${to}"/>`);
    }
    drawn.push(text(x, y + 16, String(at), 'tick'));
  }
  drawn.push(...all);
  drawn.push(text(LEFT + (WIDTH - LEFT - RIGHT) / 2, y + 36, 'microseconds an invocation', 'axis'));
  return y + 36;
}

function text(x: number, y: number, content: string, kind: string): string {
  const escaped = content.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return `<text class="${kind}" x="${x.toFixed(1)}" y="${y}">${escaped}</text>`;
}

/** A round number, of which five to ten make up the whole. */
function stepOf(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most / 5));
  return [5, 2, 1].map((factor) => factor * power).find((step) => most / step >= 5) ?? power;
}

if (import.meta.main) await draw();
