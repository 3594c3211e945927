import type { Aws } from './aws.ts';
import type { Configuration } from './project.ts';

/** What `sls create_domain` expects of an account: a certificate, and the zone that the name lies in. */
export async function prepareDomain(
  aws: Aws,
  { custom }: Configuration,
): Promise<string | undefined> {
  const domain = custom.customDomain?.domainName;
  if (!domain) return undefined;
  const name = custom.customDomain?.certificateName ?? domain;
  await call(aws, 'acm', '/', JSON.stringify({ DomainName: name, ValidationMethod: 'DNS' }), {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'CertificateManager.RequestCertificate',
  });
  const zone = domain.split('.').slice(-2).join('.');
  const body = `<CreateHostedZoneRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><Name>${zone}</Name><CallerReference>${zone}</CallerReference></CreateHostedZoneRequest>`;
  await call(aws, 'route53', '/2013-04-01/hostedzone', body, { 'content-type': 'text/xml' });
  return domain;
}

/** The stand-in reads of a signature only for which service it is. */
async function call(
  aws: Aws,
  service: string,
  path: string,
  body: string,
  headers: Record<string, string>,
) {
  const credential = `Credential=rehearsal/20260101/${aws.region}/${service}/aws4_request`;
  const response = await fetch(`${aws.endpoint}${path}`, {
    method: 'POST',
    body,
    headers: {
      ...headers,
      authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=0`,
    },
  });
  if (!response.ok) throw new Error(`${service}: ${response.status} ${await response.text()}`);
}
