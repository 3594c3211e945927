import {
  ACMClient,
  type CertificateSummary,
  KeyAlgorithm,
  paginateListCertificates,
} from '@aws-sdk/client-acm';
import { ApiGatewayV2Client, GetDomainNameCommand } from '@aws-sdk/client-apigatewayv2';
import { paginateListHostedZones, Route53Client } from '@aws-sdk/client-route-53';
import type { Stage } from '../stage.ts';
import { type Aws, inTime, unseen } from './aws.ts';
import { type Finding, ok, skip, wrong } from './finding.ts';
import { isPlaceholder } from './placeholders.ts';

/** ACM has renewed by then what it can: https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html */
const EXPIRES_SOON_MS = 30 * 24 * 60 * 60_000;

/** What `sls create_domain` and a deployment behind a domain need. */
export async function checkDomain(stage: Stage, domain: string, aws: Aws): Promise<Finding[]> {
  if (isPlaceholder(domain)) return [skip(`${domain} is still the example's`)];
  const certificate = stage.settings.customDomain.certificateName ?? domain;
  return Promise.all([
    checkCertificate(stage.file, domain, certificate, aws),
    checkZone(domain, aws),
    checkName(stage.name, domain, aws),
  ]);
}

async function checkCertificate(
  file: string,
  domain: string,
  name: string,
  aws: Aws,
): Promise<Finding> {
  try {
    return judgeCertificates(await listCertificates(aws), { file, domain, name }, aws.region);
  } catch (error) {
    return unseen(`The certificate of ${domain}`, error);
  }
}

async function listCertificates(aws: Aws): Promise<CertificateSummary[]> {
  // Without being asked for, keys other than RSA's of 2048 bits are left out.
  const includes = { Includes: { keyTypes: Object.values(KeyAlgorithm) } };
  const found: CertificateSummary[] = [];
  const client = new ACMClient(aws);
  for await (const page of paginateListCertificates({ client }, includes, inTime())) {
    found.push(...(page.CertificateSummaryList ?? []));
  }
  return found;
}

/** serverless-domain-manager takes the one whose first name is the `certificate` of the settings. */
function judgeCertificates(
  certificates: CertificateSummary[],
  { file, domain, name }: { file: string; domain: string; name: string },
  region: string,
): Finding {
  const named = certificates.filter(({ DomainName }) => DomainName === name);
  const issued = named.find(({ Status }) => Status === 'ISSUED');
  if (issued) return judgeIssued(issued, domain);
  const pending = named.find(({ Status }) => Status === 'PENDING_VALIDATION');
  if (pending) {
    return wrong(
      `The certificate ${name} waits for its validation.`,
      `Put the record that it asks for into the zone: ACM's console has "Create records in Route 53".`,
    );
  }
  const other = certificates.find((one) => one.Status === 'ISSUED' && isFor(one, domain));
  if (other) {
    return wrong(
      `No certificate has ${name} as its first name; that of ${other.DomainName} covers ${domain}.`,
      `In ${file}, below domain: certificate: '${other.DomainName}'`,
    );
  }
  const seen = named[0]
    ? `The certificate ${name} is ${named[0].Status}`
    : `No certificate covers ${domain}`;
  return wrong(
    `${seen} in ${region}.`,
    `aws acm request-certificate --region ${region} --domain-name ${domain} --validation-method DNS`,
  );
}

function judgeIssued(certificate: CertificateSummary, domain: string): Finding {
  const { DomainName: name, NotAfter: end, RenewalEligibility: renewal } = certificate;
  if (!isFor(certificate, domain)) {
    return wrong(
      `The certificate ${name} does not cover ${domain}.`,
      'Name one that does as domain.certificate, or leave that out.',
    );
  }
  const until = end ? `, good until ${end.toISOString().slice(0, 10)}` : '';
  if (end && end.getTime() - Date.now() < EXPIRES_SOON_MS) {
    return wrong(
      `The certificate ${name} is about to expire${until}.`,
      renewal === 'ELIGIBLE'
        ? 'ACM has not renewed it: its validation record must still be in the zone.'
        : 'ACM does not renew it by itself: import a new one, or request one of ACM.',
    );
  }
  return ok(`certificate ${name} covers ${domain}${until}`);
}

function isFor(
  { DomainName, SubjectAlternativeNameSummaries = [] }: CertificateSummary,
  domain: string,
) {
  // A wildcard stands for one part of a name.
  const wildcard = domain.replace(/^[^.]+/, '*');
  return [DomainName, ...SubjectAlternativeNameSummaries].some(
    (name) => name === domain || name === wildcard,
  );
}

async function checkZone(domain: string, aws: Aws): Promise<Finding> {
  try {
    const zones: string[] = [];
    const client = new Route53Client(aws);
    for await (const page of paginateListHostedZones({ client }, {}, inTime())) {
      for (const { Name = '', Config } of page.HostedZones ?? []) {
        if (!Config?.PrivateZone) zones.push(Name.replace(/\.$/, ''));
      }
    }
    const around = zones.filter((zone) => domain === zone || domain.endsWith(`.${zone}`));
    const [nearest] = around.sort((a, b) => b.length - a.length);
    if (nearest) return ok(`zone ${nearest}, public, in Route 53`);
    const [, ...above] = domain.split('.');
    const parent = above.length > 1 ? above.join('.') : domain;
    return wrong(
      `No public zone in Route 53 has ${domain} in it.`,
      `aws route53 create-hosted-zone --name ${parent} --caller-reference 1, and its name servers at the registrar of ${parent}.`,
    );
  } catch (error) {
    return unseen(`The zone of ${domain}`, error);
  }
}

async function checkName(stage: string, domain: string, aws: Aws): Promise<Finding> {
  try {
    const command = new GetDomainNameCommand({ DomainName: domain });
    const { DomainNameConfigurations } = await new ApiGatewayV2Client(aws).send(command, inTime());
    const status = DomainNameConfigurations?.[0]?.DomainNameStatus ?? 'AVAILABLE';
    if (status === 'AVAILABLE') return ok(`API Gateway has the domain ${domain}`);
    return wrong(
      `API Gateway's domain ${domain} is ${status}.`,
      'Wait until it is AVAILABLE: it takes some minutes after create_domain.',
    );
  } catch (error) {
    if ((error as Error).name !== 'NotFoundException') return unseen(`The domain ${domain}`, error);
    return wrong(
      `API Gateway does not have the domain ${domain} yet.`,
      `npx sls create_domain --stage ${stage}, once the certificate and the zone are there.`,
    );
  }
}
