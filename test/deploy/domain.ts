import { ACMClient, RequestCertificateCommand } from '@aws-sdk/client-acm';
import {
  ApiGatewayV2Client,
  GetApiMappingsCommand,
  GetDomainNamesCommand,
} from '@aws-sdk/client-apigatewayv2';
import {
  CreateHostedZoneCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from '@aws-sdk/client-route-53';
import type { Aws } from './aws.ts';
import type { Configuration } from './project.ts';

export interface DeployedDomain {
  name: string;
  /** API Gateway's own name of it. */
  address: string;
  /** Where DNS leads who asks for it. */
  target: string | undefined;
  mappings: { basePath: string; stage: string }[];
}

interface AliasRecord {
  name: string;
  target: string;
}

/** What `sls create_domain` expects of an account: a certificate, and the zone that the name lies in. */
export async function prepareDomain(aws: Aws, { custom }: Configuration): Promise<void> {
  const domain = custom.customDomain;
  if (!domain) return;
  const DomainName = domain.certificateName ?? domain.domainName;
  await new ACMClient(aws.client).send(
    new RequestCertificateCommand({ DomainName, ValidationMethod: 'DNS' }),
  );
  const client = new Route53Client(aws.client);
  const Name = domain.domainName.split('.').slice(-2).join('.');
  const { HostedZones = [] } = await client.send(new ListHostedZonesCommand());
  if (HostedZones.some((zone) => zone.Name === `${Name}.`)) return;
  await client.send(new CreateHostedZoneCommand({ Name, CallerReference: Name }));
}

/** Those that have a mapping to the API. */
export async function readDomains(aws: Aws, apiId: string): Promise<DeployedDomain[]> {
  const client = new ApiGatewayV2Client(aws.client);
  const records = await listRecords(aws);
  const { Items = [] } = await client.send(new GetDomainNamesCommand());
  const domains = await Promise.all(
    Items.map(async ({ DomainName = '', DomainNameConfigurations = [] }) => {
      const { Items: mappings = [] } = await client.send(new GetApiMappingsCommand({ DomainName }));
      return {
        name: DomainName,
        address: DomainNameConfigurations[0]?.ApiGatewayDomainName ?? '',
        target: records.find(({ name }) => name === DomainName)?.target,
        mappings: mappings
          .filter(({ ApiId }) => ApiId === apiId)
          // The stand-in's word for none.
          .map(({ ApiMappingKey = '', Stage = '' }) => ({
            basePath: ApiMappingKey.replace('(none)', ''),
            stage: Stage,
          })),
      };
    }),
  );
  return domains.filter(({ mappings }) => mappings.length > 0);
}

/** The names that lead elsewhere, of all zones. */
export async function listRecords(aws: Aws): Promise<AliasRecord[]> {
  const client = new Route53Client(aws.client);
  const { HostedZones = [] } = await client.send(new ListHostedZonesCommand());
  const zones = await Promise.all(
    HostedZones.map(({ Id }) =>
      client.send(new ListResourceRecordSetsCommand({ HostedZoneId: Id })),
    ),
  );
  return zones
    .flatMap(({ ResourceRecordSets = [] }) => ResourceRecordSets)
    .filter(({ Type, AliasTarget }) => Type === 'A' && AliasTarget)
    .map(({ Name, AliasTarget }) => ({
      name: withoutDot(Name!),
      target: withoutDot(AliasTarget!.DNSName!),
    }));
}

/** DNS ends a full name with one. */
function withoutDot(name: string): string {
  return name.replace(/\.$/, '');
}
