import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';

/** A template of CloudFormation, in JSON or YAML: an intrinsic function written short is as one written out. */
export async function readTemplate(file: string): Promise<Template> {
  const short = [
    'Ref',
    'Sub',
    'GetAtt',
    'If',
    'Join',
    'Not',
    'Equals',
    'Or',
    'And',
    'Split',
    'Select',
  ];
  const customTags = short.flatMap((name) =>
    (['scalar', 'seq'] as const).map((kind) => ({
      tag: `!${name}`,
      ...(kind === 'seq' && { collection: 'seq' as const }),
      resolve: (value: unknown) => ({
        [name === 'Ref' ? 'Ref' : `Fn::${name}`]:
          kind === 'seq' ? (value as { toJSON(): unknown }).toJSON() : value,
      }),
    })),
  );
  return parse(await readFile(file, 'utf8'), { customTags, merge: true });
}

export interface Template {
  Parameters?: Record<string, { Default?: unknown }>;
  Resources: Record<string, Resource>;
}

export interface Resource {
  Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: each type has properties of its own.
  Properties: any;
}

export function ofType({ Resources }: Template, type: string): Resource[] {
  return Object.values(Resources).filter(({ Type }) => Type === type);
}
