import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const read = (path: string) => readFileSync(join(__dirname, '..', path), 'utf8');
const page = read('docs/runbook.md');

interface Resource {
  Type: string;
  Properties: { AlarmName: string };
}

const declared: Resource[] = Object.values(parse(read('resources/alarms.yml')).Resources);
const alarms = declared
  .filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')
  .map(({ Properties }) => Properties.AlarmName.replace(/^\$\{.*\}-/, ''));

test('each alarm has its section, and no section is of an alarm that is not there', () => {
  const sections = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading!);
  expect(sections.filter((heading) => heading !== 'Rolling back').sort()).toEqual(alarms.sort());
});

test('Terraform has the same alarms, and no others', () => {
  const folder = 'infra/terraform/service';
  const files = readdirSync(join(__dirname, '..', folder)).filter((name) => name.endsWith('.tf'));
  const texts = files.map((name) => read(`${folder}/${name}`)).join('\n');
  expect(texts.match(/^resource "aws_cloudwatch_\w*alarm".*$/gm)).toEqual([
    'resource "aws_cloudwatch_metric_alarm" "alarm" {',
  ]);
  expect(read(`${folder}/alarms.tf`)).toContain('/resources/alarms.yml")).Resources');
});

const { properties, dependentSchemas, $defs } = JSON.parse(read('docs/log.schema.json'));
const format: string = parse(read('serverless.yml')).provider.logs.httpApi.format;
const keys: Record<string, string[]> = {
  '/aws/lambda/<service>-<stage>-api': [
    ...Object.keys({ ...properties, ...dependentSchemas.status.properties }),
    ...Object.keys($defs.error.properties).map((key) => `error.${key}`),
  ],
  '/aws/http-api/<service>-<stage>': Object.keys(JSON.parse(format)),
};

/** What Logs Insights knows by itself, of what the page uses. */
const words =
  /^(fields|filter|stats|sort|limit|by|as|desc|or|like|count|avg|max|pct|bin|ispresent)$/;

const queries = [...page.matchAll(/^ +# (\/aws\/.+)\n((?: {4,}.+\n)+)/gm)].map(
  ([, group, query]) => ({ group: group!, query: query!.replace(/^ +/gm, '') }),
);

test('every log group that the page names has queries', () => {
  expect([...new Set(queries.map(({ group }) => group))].sort()).toEqual(Object.keys(keys).sort());
});

test.each(queries)('$query asks for keys that are in $group', ({ group, query }) => {
  const bare = query.replace(/"[^"]*"|\/[^/\n]+\/(?=\n)/g, '');
  const own = [...bare.matchAll(/\bas (\w+)/g)].map(([, name]) => name!);
  const asked = bare.match(/(?<![@\w.])[a-z_][\w.]*/gi)!.filter((word) => !words.test(word));
  expect(asked.filter((key) => !own.includes(key) && !keys[group]!.includes(key))).toEqual([]);
});

test('filters of npm run logs name keys of the log', () => {
  const named = [...page.matchAll(/\$\.(\w+)/g)].map(([, key]) => key!);
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((key) => !(key in dependentSchemas.status.properties))).toEqual([]);
});
