import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A document of XML or JSON, or an error. */
type Answer = string | object | AwsError;

export class AwsError {
  readonly name: string;
  readonly message: string;

  constructor(name: string, message = 'as the test says') {
    this.name = name;
    this.message = message;
  }
}

/** Calls that have no name of their own in the request. */
const paths: [RegExp, string][] = [
  [/^\/2013-04-01\/hostedzone/, 'ListHostedZones'],
  [/^\/v2\/domainnames\//, 'GetDomainName'],
  [/\/account-settings/, 'GetAccountSettings'],
  [/\/functions\/[^/]+\/concurrency/, 'GetFunctionConcurrency'],
];

/**
 * As much of AWS as is asked before a deployment. By its `answers` an account says otherwise than a good
 * one, in which everything is ready for api.acme.test.
 */
export async function startAws(answers: Record<string, Answer>) {
  const server = createServer(async (request, response) => {
    const call = nameOf(request, await bodyOf(request));
    const answer = answers[call] ?? good[call] ?? new AwsError('UnknownOperation', call);
    const isXml = /^(GetCallerIdentity|DescribeStacks|ListHostedZones)$/.test(call);
    if (answer instanceof AwsError) {
      const { name, message } = answer;
      response.writeHead(name === 'NotFoundException' ? 404 : 400, { 'x-amzn-errortype': name });
      return response.end(
        isXml
          ? `<ErrorResponse><Error><Code>${name}</Code><Message>${message}</Message></Error></ErrorResponse>`
          : JSON.stringify({ __type: name, message }),
      );
    }
    response.writeHead(200, { 'content-type': isXml ? 'text/xml' : 'application/json' });
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    environment: {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
    stop: () => server.close().closeAllConnections(),
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}

function nameOf({ headers, url = '' }: IncomingMessage, body: string): string {
  const target = String(headers['x-amz-target'] ?? '').split('.')[1];
  const found = paths.find(([pattern]) => pattern.test(url))?.[1];
  return target ?? found ?? new URLSearchParams(body).get('Action') ?? url;
}

export function stack(status: string): string {
  return `<DescribeStacksResponse><DescribeStacksResult><Stacks><member>
    <StackName>service-prod</StackName><StackStatus>${status}</StackStatus>
    <CreationTime>2026-01-01T00:00:00Z</CreationTime>
    <Outputs><member><OutputKey>HttpApiUrl</OutputKey>
    <OutputValue>https://abc.execute-api.us-east-1.amazonaws.com</OutputValue></member></Outputs>
    </member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
}

export function zones(...names: string[]): string {
  const listed = names.map(
    (name) => `<HostedZone><Id>/hostedzone/${name}</Id><Name>${name.replace('private ', '')}</Name>
      <CallerReference>1</CallerReference>
      <Config><PrivateZone>${name.startsWith('private ')}</PrivateZone></Config></HostedZone>`,
  );
  return `<ListHostedZonesResponse><HostedZones>${listed.join('')}</HostedZones>
    <IsTruncated>false</IsTruncated><MaxItems>100</MaxItems></ListHostedZonesResponse>`;
}

export interface Certificate {
  DomainName: string;
  Status: string;
  /** From now. */
  days: number;
  RenewalEligibility: string;
}

export function certificates(...given: Partial<Certificate>[]): object {
  return {
    CertificateSummaryList: given.map(({ days = 300, ...others }) => ({
      DomainName: 'api.acme.test',
      Status: 'ISSUED',
      RenewalEligibility: 'ELIGIBLE',
      NotAfter: Math.floor(Date.now() / 1000) + days * 24 * 60 * 60,
      ...others,
    })),
  };
}

export function concurrency(all: number, free: number): object {
  return {
    AccountLimit: {
      ConcurrentExecutions: all,
      UnreservedConcurrentExecutions: free,
      TotalCodeSize: 75 * 1024 ** 3,
    },
    AccountUsage: { TotalCodeSize: 1024 ** 3 },
  };
}

export function parameter(Value: string, Type = 'SecureString'): object {
  return { Parameter: { Name: '/service/prod/mongodb-uri', Type, Value } };
}

const good: Record<string, Answer> = {
  GetCallerIdentity: `<GetCallerIdentityResponse><GetCallerIdentityResult>
    <Arn>arn:aws:iam::111122223333:user/dana</Arn><Account>111122223333</Account>
    </GetCallerIdentityResult></GetCallerIdentityResponse>`,
  DescribeStacks: stack('UPDATE_COMPLETE'),
  ListCertificates: certificates({}),
  ListHostedZones: zones('acme.test.'),
  GetDomainName: { domainNameConfigurations: [{ domainNameStatus: 'AVAILABLE' }] },
  GetAccountSettings: concurrency(1000, 1000),
  GetFunctionConcurrency: new AwsError('ResourceNotFoundException'),
};
