import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Mistake {
  name: string;
  /** Below infra/terraform/. */
  folder: string;
  file: string;
  /** A part of the file, and what somebody writes instead. */
  from: string;
  to: string;
  /** What is said of it. */
  text: string;
  /** Terraform itself does not see it before there is a plan. */
  isLate?: true;
}

const service: Omit<Mistake, 'folder'>[] = [
  {
    name: 'an argument',
    file: 'function.tf',
    from: 'memory_size',
    to: 'memory_sise',
    text: 'aws_lambda_function has no argument memory_sise',
  },
  {
    name: 'an argument of a block',
    file: 'function.tf',
    from: 'subnet_ids ',
    to: 'subnets_ids',
    text: 'vpc_config of aws_lambda_function has no argument subnets_ids',
  },
  {
    name: 'an argument that is missing',
    file: 'function.tf',
    from: '  role                           = aws_iam_role.function.arn\n',
    to: '',
    text: 'aws_lambda_function lacks role',
  },
  {
    name: 'a block',
    file: 'api.tf',
    from: 'access_log_settings {',
    to: 'access_logs_settings {',
    text: 'aws_api_gateway_stage has no block access_logs_settings',
  },
  {
    name: 'a block written as an argument',
    file: 'function.tf',
    from: 'vpc_config {',
    to: 'vpc_config = {',
    text: 'vpc_config of aws_lambda_function is a block',
  },
  {
    name: 'a block that is missing',
    file: 'cdn.tf',
    from: 'restrictions {',
    to: 'dynamic "restriction" {',
    text: 'aws_cloudfront_distribution lacks restrictions',
  },
  {
    name: 'a dynamic block',
    file: 'role.tf',
    from: 'dynamic "statement"',
    to: 'dynamic "statements"',
    text: 'data.aws_iam_policy_document has no block statements',
  },
  {
    name: 'an argument of a dynamic block',
    file: 'role.tf',
    from: '      resources = ["arn:',
    to: '      resource = ["arn:',
    text: 'statement of data.aws_iam_policy_document has no argument resource',
  },
  {
    name: 'a resource type',
    file: 'nat.tf',
    from: '"aws_nat_gateway"',
    to: '"aws_natgateway"',
    text: 'there is no aws_natgateway',
  },
  {
    name: 'the type of a data source',
    file: 'domain.tf',
    from: 'data "aws_acm_certificate"',
    to: 'data "aws_certificate"',
    text: 'there is no data.aws_certificate',
  },
  {
    name: 'an attribute that is read',
    file: 'api.tf',
    from: 'aws_cloudwatch_log_group.gateway.arn',
    to: 'aws_cloudwatch_log_group.gateway.arm',
    text: 'aws_cloudwatch_log_group.gateway has no attribute arm',
  },
  {
    name: 'an attribute behind an index',
    file: 'links.tf',
    from: 'dns_entry[0].hosted_zone_id',
    to: 'dns_entry[0].zone_id',
    text: 'aws_vpc_endpoint.link.dns_entry has no attribute zone_id',
  },
  {
    name: 'an attribute behind a splat',
    file: 'cdn.tf',
    from: 'data.aws_acm_certificate.cdn[*].arn',
    to: 'data.aws_acm_certificate.cdn[*].am',
    text: 'data.aws_acm_certificate.cdn has no attribute am',
    isLate: true,
  },
  {
    name: 'an attribute of each in a list',
    file: 'outputs.tf',
    from: 'each.public_ip',
    to: 'each.public_address',
    text: 'aws_eip.nat has no attribute public_address',
    isLate: true,
  },
  {
    name: 'a resource that is read',
    file: 'key.tf',
    from: 'aws_api_gateway_rest_api.api.id',
    to: 'aws_api_gateway_rest_api.apis.id',
    text: 'there is no aws_api_gateway_rest_api.apis',
  },
  {
    name: 'a local value',
    file: 'function.tf',
    from: 'local.settings.memory',
    to: 'local.setting.memory',
    text: 'there is no local.setting',
  },
  {
    name: 'a variable',
    file: 'cache.tf',
    from: 'var.cache_size',
    to: 'var.cache',
    text: 'there is no var.cache',
  },
  {
    name: 'a name that is there already',
    file: 'key.tf',
    from: '"clients"',
    to: '"clients" {}\nresource "aws_api_gateway_usage_plan" "clients"',
    text: 'aws_api_gateway_usage_plan.clients is there already',
  },
];

const dev: Omit<Mistake, 'folder'>[] = [
  {
    name: "a module's variable",
    file: 'main.tf',
    from: 'network = {',
    to: 'networks = {',
    text: 'module.service has no variable networks',
  },
  {
    name: "a module's variable that is missing",
    file: 'main.tf',
    from: 'stage  = "dev"',
    to: '',
    text: 'module.service lacks stage',
  },
  {
    name: "a module's output",
    file: 'main.tf',
    from: 'module.service.url',
    to: 'module.service.uri',
    text: 'module.service has no output uri',
  },
  {
    name: "a provider's argument",
    file: 'main.tf',
    from: 'region =',
    to: 'regions =',
    text: 'provider.aws has no argument regions',
  },
];

export const mistakes: Mistake[] = [
  ...service.map((each) => ({ ...each, folder: 'service' })),
  ...dev.map((each) => ({ ...each, folder: 'dev' })),
];

/** In a copy of infra/terraform/; answers with what takes it back. */
export async function make(mistake: Mistake, infra: string): Promise<() => Promise<void>> {
  const { folder, file, from, to } = mistake;
  const path = join(infra, folder, file);
  const source = await readFile(path, 'utf8');
  if (!source.includes(from)) throw new Error(`${folder}/${file} has no ${from} any more.`);
  await writeFile(
    path,
    source.replace(from, () => to),
  );
  return () => writeFile(path, source);
}
