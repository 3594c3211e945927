import { existsSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/** What a Dockerfile makes, as far as one without a step that runs in the image can be followed. */
export interface Image {
  base: string;
  copies: { from: string; to: string }[];
  environment: Record<string, string>;
  folder: string;
  user: string;
  ports: number[];
  health: string[];
  command: string[];
}

/** What AWS's base images bring: https://github.com/aws/aws-lambda-base-images, Dockerfile.nodejs24.x. */
const LAMBDA = {
  LAMBDA_TASK_ROOT: '/var/task',
  LAMBDA_RUNTIME_DIR: '/var/runtime',
};

export function readDockerfile(text: string): Image {
  const image: Image = {
    base: '',
    copies: [],
    environment: { ...LAMBDA },
    folder: LAMBDA.LAMBDA_TASK_ROOT,
    user: 'root',
    ports: [],
    health: [],
    command: [],
  };
  const lines = text
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '');
  for (const line of lines) {
    const [, instruction, rest] = /^([A-Z]+) +(.*)$/.exec(line) ?? [];
    const follow = steps[instruction ?? ''];
    if (!follow) throw new Error(`This cannot be followed without Docker: ${line}`);
    follow(image, rest!.trim());
  }
  return image;
}

const steps: Record<string, (image: Image, rest: string) => void> = {
  FROM(image, rest) {
    image.base = rest;
  },
  COPY(image, rest) {
    const [from, to, ...others] = rest.split(/ +/);
    if (from!.startsWith('--') || to === undefined || others.length > 0)
      throw new Error(`COPY is followed with one source and no flags: ${rest}`);
    image.copies.push({ from: from!, to: expand(image, to) });
  },
  ENV(image, rest) {
    // All of a line is expanded with what was set before it.
    const pairs = rest.split(/ +/).map((pair) => pair.split(/=(.*)/s) as [string, string]);
    Object.assign(
      image.environment,
      Object.fromEntries(pairs.map(([name, value]) => [name, expand(image, value)])),
    );
  },
  WORKDIR(image, rest) {
    image.folder = expand(image, rest);
  },
  USER(image, rest) {
    image.user = rest;
  },
  EXPOSE(image, rest) {
    image.ports.push(Number(rest));
  },
  HEALTHCHECK(image, rest) {
    image.health = JSON.parse(/(?<=CMD ).*/.exec(rest)![0]);
  },
  CMD(image, rest) {
    image.command = JSON.parse(rest);
  },
};

function expand({ environment }: Image, value: string): string {
  return value.replace(/\$\{(\w+)\}/g, (_, name) => {
    const known = environment[name];
    if (known === undefined) throw new Error(`\${${name}} is not set where it is used.`);
    return known;
  });
}

/** Copies from the context what the image copies: the contents of each folder. */
export async function layOut({ copies }: Image, context: string, root: string): Promise<void> {
  for (const { from, to } of copies) {
    const source = join(context, from);
    if (!existsSync(source)) throw new Error(`${from} is copied, and is not in ${context}.`);
    await mkdir(join(root, to), { recursive: true });
    await cp(source, join(root, to), { recursive: true, preserveTimestamps: true });
  }
}
