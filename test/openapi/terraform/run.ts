// Has Terraform's own template language render what is exported for it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { program, renderByProgram } from './program.ts';
import { checkTerraform, findTerraform, renderTemplateFile } from './terraform.ts';

interface Case {
  name: string;
  template: string;
  variables?: Record<string, unknown>;
  /** What is rendered, or what is said against it. */
  text: string | RegExp;
}

const ARN = 'arn:aws:lambda:eu-west-1:000000000000:function:user';

const templates: Case[] = [
  {
    name: 'a placeholder in JSON',
    template: '{"uri":"${user_function_arn}/invocations"}\n',
    variables: { user_function_arn: ARN },
    text: `{"uri":"${ARN}/invocations"}\n`,
  },
  {
    name: 'a placeholder in YAML',
    template: 'uri: "${user_function_arn}/invocations"\nbody: |\n  ${user_function_arn}\n',
    variables: { user_function_arn: ARN },
    text: `uri: "${ARN}/invocations"\nbody: |\n  ${ARN}\n`,
  },
  {
    name: 'a value is put in as it is',
    template: '"${a}"',
    variables: { a: 'x"\\n\n\t${b} %{if} é😀\u2028' },
    text: '"x"\\n\n\t${b} %{if} é😀\u2028"',
  },
  { name: 'an escaped placeholder', template: '$${a} $$${a}', text: '${a} $${a}' },
  { name: 'an escaped directive', template: '%%{ if a } %%%{a}', text: '%{ if a } %%{a}' },
  {
    name: 'what needs no escape',
    template: '$input $a % 5% { } $${',
    text: '$input $a % 5% { } ${',
  },
  {
    name: 'a template in VTL',
    template: `#set($a = "$$\{b}")\\"$input.json('$')\\"`,
    text: `#set($a = "$\{b}")\\"$input.json('$')\\"`,
  },
  { name: 'backslashes', template: '"\\n\\u00e9\\\\ \\"', text: '"\\n\\u00e9\\\\ \\"' },
  { name: 'line ends', template: 'a\r\nb\n\n', text: 'a\r\nb\n\n' },
  { name: 'text beyond ASCII', template: 'é😀\u2028\ufeff', text: 'é😀\u2028\ufeff' },
  {
    name: 'a number and a truth',
    template: '${n} ${b}',
    variables: { n: 1.5, b: true },
    text: '1.5 true',
  },
  {
    name: 'a variable that is missing',
    template: '\n ${a}',
    text: /:2,4: there is no variable "a"/,
  },
  {
    name: 'a placeholder that does not end',
    template: '${a',
    text: /Unclosed template interpolation sequence/,
  },
  {
    name: 'a directive that was not escaped',
    template: '%{ if true }',
    text: /Unexpected end of template/,
  },
];

const configurations: Case[] = [
  { name: 'a configuration', template: 'locals {\n  a  = 1\n  bc = "${local.a}x"\n}\n', text: '' },
  {
    name: 'one that is not formatted',
    template: 'locals {\n  a = 1\n  bc=2\n}\n',
    text: /:2: terraform fmt/,
  },
  { name: 'one that is not whole', template: 'locals {\n', text: /Unclosed configuration block/ },
];

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    await findTerraform();
  } catch (error) {
    console.error((error as Error).message);
    return 1;
  }
  const folder = await mkdtemp(join(tmpdir(), 'terraform-'));
  const file = join(folder, 'main.tf');
  try {
    let failed = 0;
    for (const each of templates) {
      await writeFile(file, each.template);
      if (!(await holds(each, renderTemplateFile(file, each.variables ?? {})))) failed++;
      // What it says of a mistake is in words of its own.
      if (program && typeof each.text === 'string') {
        const itself = { ...each, name: `${program}: ${each.name}` };
        if (!(await holds(itself, renderByProgram(file, each.variables ?? {})))) failed++;
      }
    }
    if (!program)
      console.log('left out, as neither terraform nor tofu is here: their own templatefile');
    const example: Case = { name: 'the example', template: '', text: '' };
    const shop = join(import.meta.dirname, '../../../examples/orders/terraform');
    if (
      !(await holds(
        example,
        checkTerraform(shop).then(() => ''),
      ))
    )
      failed++;
    for (const each of configurations) {
      await writeFile(file, each.template);
      if (
        !(await holds(
          each,
          checkTerraform(folder).then(() => ''),
        ))
      )
        failed++;
    }
    return failed === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function holds({ name, text }: Case, rendering: Promise<string>): Promise<boolean> {
  const [given, isFine] = await rendering.then(
    (value) => [value, value === text] as const,
    ({ message }: Error) => [message, text instanceof RegExp && text.test(message)] as const,
  );
  console.log(`${name}: ${isFine ? 'so it is' : `FAILED\n${given}`}`);
  return isFine;
}
